package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.AiaChainCompleter;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.config.KeyCertificates;
import io.github.hsmsigner.service.config.SignatureSettings;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Puts keys and their certificates together as the settings want it. Thread-safe. */
public final class SigningKeyVerifier {

    private final boolean validCertificateRequired;
    private final Optional<AiaChainCompleter> completer;
    private final Clock clock;

    /**
     * Creates the proof.
     *
     * @param settings the requirements for keys
     * @param clock determines whether certificates are valid
     */
    public SigningKeyVerifier(SignatureSettings settings, Clock clock) {
        this.validCertificateRequired = settings.validCertificateRequired();
        this.completer = settings.completeChains()
                ? Optional.of(AiaChainCompleter.builder().build())
                : Optional.empty();
        this.clock = clock;
    }

    /**
     * Proves that a key, its certificate and the settings fit together.
     *
     * @param name the name of the key
     * @param signer the key
     * @param scheme its signature scheme; empty for the usual scheme of its type
     * @param files the files with its certificates; read each time that certificates are requested
     * @param elsewhere where its certificate is if there is no file for it, given the certificates of the further files
     * @param deadline the deadline of the proof
     * @return the key, ready for use
     * @throws InvalidConfigurationException if they do not go together
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     */
    SigningKey verify(
            String name,
            Signer signer,
            Optional<SignatureScheme> scheme,
            KeyCertificates files,
            Function<List<X509Certificate>, CertificateProvider> elsewhere,
            Deadline deadline) {
        CertificateProvider configured = provider(files, elsewhere);
        CertificateProvider certificates =
                completer.map(c -> c.completing(configured)).orElse(configured);
        SigningKey key = scheme.isPresent()
                ? SigningKey.open(name, signer, scheme.get(), certificates, deadline)
                : SigningKey.open(name, signer, certificates, deadline);
        if (validCertificateRequired) {
            key.chain().inspect(clock.instant()).stream()
                    .filter(finding -> finding.kind().isSignerValidity())
                    .findFirst()
                    .ifPresent(finding -> {
                        throw new InvalidConfigurationException("Key \"" + name + "\": " + finding.sentence());
                    });
        }
        return key;
    }

    private static CertificateProvider provider(
            KeyCertificates files, Function<List<X509Certificate>, CertificateProvider> elsewhere) {
        return files.signer()
                .<CertificateProvider>map(file -> publicKey -> FixedCertificateProvider.fromFiles(file, files.issuers())
                        .certificateChain(publicKey))
                .orElse(publicKey -> elsewhere.apply(issuers(files)).certificateChain(publicKey));
    }

    private static List<X509Certificate> issuers(KeyCertificates files) {
        return files.issuers().stream()
                .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                .toList();
    }
}
