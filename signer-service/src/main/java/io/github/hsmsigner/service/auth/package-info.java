/**
 * Who may sign: policies over the signing token and the client certificate, and what each caller may do.
 *
 * <p>{@link io.github.hsmsigner.service.auth.AccessSettings} says what is wanted, {@link io.github.hsmsigner.service.auth.PolicyFactory} makes
 * the {@link io.github.hsmsigner.core.SigningPolicy} of it, and {@link io.github.hsmsigner.service.auth.ReloadablePolicy} replaces that
 * while requests are served. Nothing here knows a web server. No reason for a denial repeats anything of a token, but for the name of
 * a caller whose token has been found good.
 */
package io.github.hsmsigner.service.auth;
