/**
 * What is done about errors of a token: retries, logins, the module's initialisation, and failing fast. Not part of the public
 * API.
 */
package io.github.hsmsigner.pkcs11.recovery;
