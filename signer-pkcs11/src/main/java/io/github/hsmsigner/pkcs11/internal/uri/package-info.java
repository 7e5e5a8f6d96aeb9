/** Keys on a token, by {@code pkcs11:} URI. */
@NullMarked
package io.github.hsmsigner.pkcs11.internal.uri;

import org.jspecify.annotations.NullMarked;
