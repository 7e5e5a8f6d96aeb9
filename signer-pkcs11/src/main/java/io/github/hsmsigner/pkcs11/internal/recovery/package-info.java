/**
 * Recovery of a token, so that a request meets as little of an error as possible. Not part of the public API.
 *
 * <p>{@link io.github.hsmsigner.pkcs11.internal.recovery.TokenConnection} assembles the parts. {@code RetryLoop} turns the class of an
 * error into an action of one request. {@code Availability} is the circuit breaker of a token or a key. {@code TokenProbe} climbs
 * from a signature to C_Initialize until the token works.
 */
package io.github.hsmsigner.pkcs11.internal.recovery;
