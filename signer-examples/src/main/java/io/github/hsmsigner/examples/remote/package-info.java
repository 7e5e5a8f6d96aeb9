/** A {@code Signer} of one's own: a key that a service in the network holds. */
package io.github.hsmsigner.examples.remote;
