/** Signer in a Spring Boot application. */
package io.github.hsmsigner.examples.springboot;
