/**
 * Signing keys, health and metrics as beans of a Spring Boot application.
 * {@link io.github.hsmsigner.springboot.SignerProperties} has the properties.
 */
@NullMarked
package io.github.hsmsigner.springboot;

import org.jspecify.annotations.NullMarked;
