package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Finds the chain of a key among certificates in memory, or in files that are read for each chain.
 *
 * <p>The certificate of the key is the one with its public key, in any position. After a renewal, a file or token may
 * hold several with the same subject. Then the newest valid one counts: it is valid now, begins last, and of these ends
 * last. You can therefore add a renewed certificate before the old one expires. Thread-safe.
 */
public final class FixedCertificateProvider implements CertificateProvider {

    private final String origin;
    private final Supplier<List<X509Certificate>> signerSource;
    private final Supplier<List<X509Certificate>> issuerSource;

    private FixedCertificateProvider(
            String origin, Supplier<List<X509Certificate>> signerSource, Supplier<List<X509Certificate>> issuerSource) {
        this.origin = origin;
        this.signerSource = signerSource;
        this.issuerSource = issuerSource;
    }

    /**
     * Looks among certificates in memory.
     *
     * @param origin where they come from, for error messages
     * @param signers certificates among which that of the key must be; they may include issuers
     * @param issuers further certificates to complete the chain from
     * @return the provider
     */
    public static FixedCertificateProvider of(
            String origin, Collection<X509Certificate> signers, Collection<X509Certificate> issuers) {
        List<X509Certificate> fixedSigners = List.copyOf(signers);
        List<X509Certificate> fixedIssuers = List.copyOf(issuers);
        return new FixedCertificateProvider(origin, () -> fixedSigners, () -> fixedIssuers);
    }

    /**
     * Reads certificate files of any form that {@link CertificateFiles} knows. It reads them now, to report faults, and
     * again for each chain, so that {@link io.github.hsmsigner.core.SigningService#reloadCertificates} finds new
     * certificates.
     *
     * @param signerFile the file with the certificate of the key; it may hold the chain too
     * @param issuerFiles files with further certificates to complete the chain from
     * @return the provider
     * @throws InvalidConfigurationException if a file cannot be read or holds no certificate; {@link #certificateChain}
     *     throws it too
     */
    public static FixedCertificateProvider fromFiles(Path signerFile, List<Path> issuerFiles) {
        List<Path> files = List.copyOf(issuerFiles);
        FixedCertificateProvider provider = new FixedCertificateProvider(
                "the file " + signerFile,
                () -> CertificateFiles.read(signerFile),
                () -> files.stream()
                        .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                        .toList());
        provider.signerSource.get();
        provider.issuerSource.get();
        return provider;
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
        List<X509Certificate> signers = signerSource.get();
        if (signers.isEmpty()) {
            throw new InvalidConfigurationException("There is no certificate for the signing key, as " + origin
                    + " holds none that can be used: configure the certificate of the key as a file, or put it there.");
        }
        List<X509Certificate> matches = signers.stream()
                .filter(c -> SubjectPublicKeys.same(c.getPublicKey(), publicKey))
                .distinct()
                .toList();
        if (matches.isEmpty()) {
            throw new InvalidConfigurationException("None of the certificates of " + origin
                    + " belongs to the signing key: " + describe(signers) + ".");
        }
        if (!areRenewals(matches)) {
            throw new InvalidConfigurationException("Several certificates of " + origin
                    + " with different subjects belong to the signing key; leave one: " + describe(matches) + ".");
        }
        Instant now = Instant.now();
        X509Certificate signer = matches.stream()
                .max(Comparator.<X509Certificate, Boolean>comparing(c -> isValid(c, now))
                        .thenComparing(X509Certificate::getNotBefore)
                        .thenComparing(X509Certificate::getNotAfter))
                .orElseThrow();
        List<X509Certificate> pool = new ArrayList<>(signers);
        pool.addAll(issuerSource.get());
        return CertificateChain.of(signer, pool, now);
    }

    /** Certificates for one subject and key, possibly of several issuers: of these the newest counts. */
    private static boolean areRenewals(List<X509Certificate> certificates) {
        return certificates.stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .distinct()
                        .count()
                == 1;
    }

    private static boolean isValid(X509Certificate certificate, Instant at) {
        return !at.isBefore(certificate.getNotBefore().toInstant())
                && !at.isAfter(certificate.getNotAfter().toInstant());
    }

    private static String describe(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(c -> DistinguishedName.ofSubject(c).toString() + " (serial "
                        + c.getSerialNumber().toString(16) + ")")
                .collect(Collectors.joining("; "));
    }
}
