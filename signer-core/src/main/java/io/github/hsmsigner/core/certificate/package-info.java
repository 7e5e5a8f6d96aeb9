/**
 * Certificates: reading them from files ({@link io.github.hsmsigner.core.certificate.CertificateFiles}), finding the chain of a key
 * among them ({@link io.github.hsmsigner.core.certificate.FixedCertificateProvider}), and fetching the issuers that are missing
 * ({@link io.github.hsmsigner.core.certificate.AiaChainCompleter}).
 */
@NullMarked
package io.github.hsmsigner.core.certificate;

import org.jspecify.annotations.NullMarked;
