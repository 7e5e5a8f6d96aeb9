package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SubjectPublicKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the chain of a key among certificates that are known from the start.
 *
 * <p>The certificate of the key is the one with its public key, wherever it stands. Of several with the same subject and issuer, as a
 * file or token holds them after a renewal, one that is valid now counts, then the one that is valid longest. Immutable.
 */
public final class FixedCertificateProvider implements CertificateProvider {

    private final String origin;
    private final List<X509Certificate> signers;
    private final List<X509Certificate> pool;

    private FixedCertificateProvider(
            String origin, Collection<X509Certificate> signers, Collection<X509Certificate> issuers) {
        this.origin = origin;
        this.signers = List.copyOf(signers);
        List<X509Certificate> all = new ArrayList<>(signers);
        all.addAll(issuers);
        this.pool = List.copyOf(all);
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
        return new FixedCertificateProvider(origin, signers, issuers);
    }

    /**
     * Reads certificate files of any form that {@link CertificateFiles} knows, once.
     *
     * @param signerFile the file with the certificate of the key; it may hold the chain too
     * @param issuerFiles files with further certificates to complete the chain from
     * @return the provider
     * @throws InvalidConfigurationException if a file cannot be read or holds no certificate
     */
    public static FixedCertificateProvider fromFiles(Path signerFile, List<Path> issuerFiles) {
        List<X509Certificate> issuers = issuerFiles.stream()
                .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                .toList();
        return of("the file " + signerFile, CertificateFiles.read(signerFile), issuers);
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
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
                    + " belong to the signing key; leave one: " + describe(matches) + ".");
        }
        Instant now = Instant.now();
        X509Certificate signer = matches.stream()
                .max(Comparator.<X509Certificate, Boolean>comparing(c -> isValid(c, now))
                        .thenComparing(X509Certificate::getNotAfter)
                        .thenComparing(X509Certificate::getNotBefore))
                .orElseThrow();
        return CertificateChain.of(signer, pool);
    }

    /** Certificates of one issuer for one subject and key: of these the newest counts. */
    private static boolean areRenewals(List<X509Certificate> certificates) {
        return certificates.stream()
                        .map(c -> List.of(c.getSubjectX500Principal(), c.getIssuerX500Principal()))
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
