/**
 * The few Cryptoki functions that this library calls, as one narrow interface, and the one adapter to the wrapper below it.
 *
 * <p>Not part of the public API. {@link io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki} mirrors the functions of PKCS#11 2.40 one
 * to one, so that a decorator of it sees every call that reaches the token. Nothing outside this package knows the wrapper.
 */
@NullMarked
package io.github.hsmsigner.pkcs11.internal.cryptoki;

import org.jspecify.annotations.NullMarked;
