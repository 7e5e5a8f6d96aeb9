/**
 * Sessions with a token: opened when needed, lent to one thread at a time, closed after an error; and the threads that call the
 * module. Not part of the public API.
 */
package io.github.hsmsigner.pkcs11.internal.session;
