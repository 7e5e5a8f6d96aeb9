/** The keys and certificates on a token, as values. Not part of the public API. */
package io.github.hsmsigner.pkcs11.internal.object;
