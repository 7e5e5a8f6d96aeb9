package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the chain of a key among certificates that are known from the start. Immutable.
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
                .flatMap(file -> CertificateFiles.read(file).stream())
                .toList();
        return of("the file " + signerFile, CertificateFiles.read(signerFile), issuers);
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
        if (signers.isEmpty()) {
            throw new InvalidConfigurationException("There is no certificate for the signing key, as " + origin
                    + " holds none: configure the certificate of the key as a file, or put it there.");
        }
        byte[] wanted = publicKey.getEncoded();
        List<X509Certificate> matches = signers.stream()
                .filter(c -> Arrays.equals(c.getPublicKey().getEncoded(), wanted))
                .distinct()
                .toList();
        if (matches.isEmpty()) {
            throw new InvalidConfigurationException("None of the certificates of " + origin
                    + " belongs to the signing key: " + describe(signers) + ".");
        }
        if (matches.size() > 1) {
            throw new InvalidConfigurationException("Several certificates of " + origin
                    + " belong to the signing key; leave one: " + describe(matches) + ".");
        }
        return CertificateChain.of(matches.get(0), pool);
    }

    private static String describe(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(c -> c.getSubjectX500Principal().getName() + " (serial "
                        + c.getSerialNumber().toString(16) + ")")
                .collect(Collectors.joining("; "));
    }
}
