/** The keys and certificates on a token, as values. Not part of the public API. */
@NullMarked
package io.github.hsmsigner.pkcs11.internal.object;

import org.jspecify.annotations.NullMarked;
