package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The settings of one key, checked. Immutable. */
record KeySettings(
        String name,
        String uri,
        Optional<Pkcs11Uri> pkcs11,
        Optional<Path> certificate,
        List<Path> caCertificates,
        Optional<SignatureScheme> scheme,
        boolean validCertificateRequired) {

    private static final String PKCS11 = "pkcs11:";

    /**
     * Checks the properties of a key.
     *
     * @throws InvalidConfigurationException if there is no URI, or a {@code pkcs11:} URI is malformed
     */
    static KeySettings of(String name, SignerProperties properties) {
        SignerProperties.Key key = properties.keys().get(name);
        if (key.uri() == null || key.uri().isBlank()) {
            throw new InvalidConfigurationException(
                    "The URI is not set. Expected is, for example, file:/path/key.p12?password-file=/path/password.");
        }
        String uri = key.uri().strip();
        Optional<Pkcs11Uri> pkcs11 = uri.regionMatches(true, 0, PKCS11, 0, PKCS11.length())
                ? Optional.of(Pkcs11Uri.parse(uri))
                : Optional.empty();
        return new KeySettings(
                name,
                uri,
                pkcs11,
                Optional.ofNullable(key.certificate())
                        .or(() -> pkcs11.flatMap(Pkcs11Uri::certificateFile).map(Path::of)),
                key.caCertificates(),
                Optional.ofNullable(key.rsaScheme()).map(scheme -> switch (scheme) {
                    case PKCS1 -> SignatureScheme.RSA_PKCS1;
                    case PSS -> SignatureScheme.RSA_PSS;
                }),
                properties.certificateValidity() == SignerProperties.CertificateValidity.REQUIRED);
    }

    /** Returns the public keys of the configured certificates, for a token that does not show its own. */
    List<PublicKey> candidates() {
        return certificate.stream()
                .flatMap(file -> CertificateFiles.read(file).stream())
                .map(X509Certificate::getPublicKey)
                .toList();
    }

    /**
     * Combines the key with its certificates, and verifies with a trial signature that they belong together.
     *
     * @throws InvalidConfigurationException if they do not, or the certificate is not valid now and must be
     */
    SigningKey open(Signer signer, CertificateProvider stored, Deadline deadline) {
        CertificateProvider certificates = certificate
                .<CertificateProvider>map(file -> FixedCertificateProvider.fromFiles(file, caCertificates))
                .orElseGet(() -> caCertificates.isEmpty() ? stored : completed(stored));
        SigningKey key = scheme.map(chosen -> SigningKey.open(name, signer, chosen, certificates, deadline))
                .orElseGet(() -> SigningKey.open(name, signer, certificates, deadline));
        if (validCertificateRequired) {
            key.chain().inspect(Instant.now()).stream()
                    .filter(finding -> finding.kind().isSignerValidity())
                    .findFirst()
                    .ifPresent(finding -> {
                        throw new InvalidConfigurationException(finding.sentence());
                    });
        }
        return key;
    }

    private CertificateProvider completed(CertificateProvider stored) {
        return publicKey -> FixedCertificateProvider.of(
                        "the place of the key",
                        stored.certificateChain(publicKey).certificates(),
                        caCertificates.stream()
                                .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                                .toList())
                .certificateChain(publicKey);
    }
}
