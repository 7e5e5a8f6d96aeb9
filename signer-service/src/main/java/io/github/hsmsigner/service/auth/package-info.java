/**
 * Policies over the signing token and the client certificate, and the permissions of each caller.
 *
 * <p>{@link io.github.hsmsigner.service.auth.AccessSettings} has the kinds of authentication
 * ({@link io.github.hsmsigner.service.auth.PolicySettings}) and the
 * {@link io.github.hsmsigner.service.auth.CallerPermissions}. {@link io.github.hsmsigner.service.auth.PolicyFactory}
 * makes the {@link io.github.hsmsigner.core.SigningPolicy}. The package does not depend on a web server. The reason of a
 * denial repeats nothing of a token. The only exception is the name of a caller whose token was verified.
 */
package io.github.hsmsigner.service.auth;
