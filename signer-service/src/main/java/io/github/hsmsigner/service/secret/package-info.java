/**
 * Secrets that settings name: {@link io.github.hsmsigner.service.secret.SecretReference}.
 */
package io.github.hsmsigner.service.secret;
