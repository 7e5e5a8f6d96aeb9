/**
 * Policies over the signing token and the client certificate, and the permissions of each caller.
 *
 * <p>{@link io.github.hsmsigner.service.auth.AccessSettings} describes the policies.
 * {@link io.github.hsmsigner.service.auth.PolicyFactory} makes the {@link io.github.hsmsigner.core.SigningPolicy} from
 * them. {@link io.github.hsmsigner.service.auth.ReloadablePolicy} replaces the policy while requests are served. The
 * package does not depend on a web server. The reason of a denial repeats nothing of a token. The only exception is the
 * name of a caller whose token was verified.
 */
package io.github.hsmsigner.service.auth;
