/** Certificates from files: reading PEM and finding the chain of a key. */
package io.github.hsmsigner.core.certificate;
