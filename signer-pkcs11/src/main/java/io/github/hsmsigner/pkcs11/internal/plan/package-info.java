/**
 * The way in which a key on a token signs, determined once. For each algorithm it has the mechanism, the data that is
 * hashed here, and the conversion of the token's result to a signature. Not part of the public API.
 */
@NullMarked
package io.github.hsmsigner.pkcs11.internal.plan;

import org.jspecify.annotations.NullMarked;
