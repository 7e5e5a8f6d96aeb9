/**
 * The errors, as one sealed family: {@link io.github.hsmsigner.core.error.SigningException}.
 *
 * <p>Each error has a stable {@linkplain io.github.hsmsigner.core.error.ErrorCode code} for programs, a
 * {@linkplain io.github.hsmsigner.core.error.SigningException#clientMessage() message for the caller} that holds no
 * internals, and a {@linkplain java.lang.Throwable#getMessage() message for the operator's log} that may name tokens,
 * slots and files. Neither ever holds a PIN, a password, a signing token or document contents.
 */
@NullMarked
package io.github.hsmsigner.core.error;

import org.jspecify.annotations.NullMarked;
