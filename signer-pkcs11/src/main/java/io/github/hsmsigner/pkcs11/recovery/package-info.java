/**
 * What is done about errors of a token: retries, logins, the module's initialisation, and failing fast. Not part of the public
 * API.
 *
 * <p>{@link io.github.hsmsigner.pkcs11.recovery.TokenAccess} is the way in. {@code FaultHandling} is the one place where a fault of a
 * request turns into deeds; {@code CircuitBreaker} keeps requests out while the device does not work, and {@code Probe} finds out when
 * it does.
 */
package io.github.hsmsigner.pkcs11.recovery;
