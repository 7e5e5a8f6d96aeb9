/**
 * Policies over the signing token and the client certificate, and the permissions of each caller.
 *
 * <p>{@link io.github.hsmsigner.access.AccessSettings} has the kinds of authentication
 * ({@link io.github.hsmsigner.access.PolicySettings}) and the
 * {@link io.github.hsmsigner.access.CallerPermissions}. {@link io.github.hsmsigner.access.PolicyFactory}
 * makes the {@link io.github.hsmsigner.core.SigningPolicy}. The package does not depend on a web server. The reason of a
 * denial repeats nothing of a token. The only exception is the name of a caller whose token was verified.
 */
@NullMarked
package io.github.hsmsigner.access;

import org.jspecify.annotations.NullMarked;
