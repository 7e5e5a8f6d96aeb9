/**
 * Decoding of secrets: {@link io.github.hsmsigner.core.secret.SecretText}.
 */
package io.github.hsmsigner.core.secret;
