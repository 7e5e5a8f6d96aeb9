/**
 * Secrets that settings name: {@link io.github.hsmsigner.http.secret.SecretReference}.
 */
package io.github.hsmsigner.http.secret;
