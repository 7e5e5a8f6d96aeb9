/**
 * Decoding of secrets: {@link io.github.hsmsigner.core.internal.secret.SecretText}, and the charset of the locale, in which secrets come from
 * the environment: {@link io.github.hsmsigner.core.internal.secret.LocaleCharset}.
 */
@NullMarked
package io.github.hsmsigner.core.internal.secret;

import org.jspecify.annotations.NullMarked;
