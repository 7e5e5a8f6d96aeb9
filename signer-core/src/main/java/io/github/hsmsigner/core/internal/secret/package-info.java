/**
 * Decoding of secrets: {@link io.github.hsmsigner.core.internal.secret.SecretText}, and the charset of the locale, in which secrets come from
 * the environment: {@link io.github.hsmsigner.core.internal.secret.LocaleCharset}.
 */
package io.github.hsmsigner.core.internal.secret;
