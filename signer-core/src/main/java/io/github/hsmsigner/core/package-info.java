/**
 * Turns a key somewhere else into signatures and signature containers.
 *
 * <p>A transport calls {@link io.github.hsmsigner.core.SigningService}. The service asks a
 * {@link io.github.hsmsigner.core.SigningPolicy}, picks a {@link io.github.hsmsigner.core.SigningKey}, has its
 * {@link io.github.hsmsigner.core.Signer} sign a {@link io.github.hsmsigner.core.Digest}, checks the signature, and has a
 * {@link io.github.hsmsigner.core.ContainerBuilder} wrap it. Integrators implement {@code Signer} for their own key stores,
 * {@link io.github.hsmsigner.core.CertificateProvider} for their certificates and {@code SigningPolicy} for their rules.
 */
@NullMarked
package io.github.hsmsigner.core;

import org.jspecify.annotations.NullMarked;
