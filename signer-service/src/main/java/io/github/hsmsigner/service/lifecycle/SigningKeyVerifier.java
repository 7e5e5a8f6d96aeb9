package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.AiaChainCompleter;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.KeySettings.KeyCertificates;
import io.github.hsmsigner.service.config.SignatureSettings;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies that keys, their certificates and the settings match. Thread-safe. */
public final class SigningKeyVerifier {

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeyVerifier.class);
    private static final Duration FILE_LIMIT = Duration.ofSeconds(20);

    private final boolean validCertificateRequired;
    private final Optional<AiaChainCompleter> completer;
    private final Clock clock;

    /** Creates a verifier with a clock that determines whether certificates are valid. */
    public SigningKeyVerifier(SignatureSettings settings, Clock clock) {
        this.validCertificateRequired = settings.validCertificateRequired();
        this.completer = settings.completeChains()
                ? Optional.of(AiaChainCompleter.builder().build())
                : Optional.empty();
        this.clock = clock;
    }

    /**
     * Opens and verifies a key in a PKCS#12 file.
     *
     * @throws InvalidConfigurationException if the file cannot be read with the password, or if the key does not match
     *     its certificate
     */
    public SigningKey open(String name, KeySettings.InFile settings) {
        char[] password = settings.password().characters();
        KeyStoreSigner signer;
        try {
            signer = KeyStoreSigner.open(settings.file(), password);
        } finally {
            Arrays.fill(password, '\0');
        }
        LOG.warn("Key \"{}\" comes from the file {} and is only as safe as this process.", name, settings.file());
        return verify(name, settings, signer, signer::certificates, Deadline.after(FILE_LIMIT));
    }

    /** Opens all keys that are in files. Returns the problems, one sentence each. */
    List<String> openFiles(Map<String, KeySettings> keys, Consumer<SigningKey> opened) {
        List<String> problems = new ArrayList<>();
        keys.forEach((name, key) -> {
            if (key instanceof KeySettings.InFile inFile) {
                try {
                    opened.accept(open(name, inFile));
                } catch (InvalidConfigurationException e) {
                    problems.add(e.getMessage());
                }
            }
        });
        return problems;
    }

    /**
     * Verifies a key. Each request for its certificates reads the files of the settings.
     *
     * @param elsewhere the source of its certificate if no file has it, given the certificates of the issuer files
     * @throws InvalidConfigurationException if key, certificate and settings do not match
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     */
    SigningKey verify(
            String name,
            KeySettings settings,
            Signer signer,
            Function<List<X509Certificate>, CertificateProvider> elsewhere,
            Deadline deadline) {
        CertificateProvider configured =
                publicKey -> provider(settings.certificates(), elsewhere).certificateChain(publicKey);
        CertificateProvider certificates =
                completer.map(c -> c.completing(configured)).orElse(configured);
        SigningKey key = settings.scheme()
                .map(scheme -> SigningKey.open(name, signer, scheme, certificates, deadline))
                .orElseGet(() -> SigningKey.open(name, signer, certificates, deadline));
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
                .<CertificateProvider>map(file -> FixedCertificateProvider.fromFiles(file, files.issuers()))
                .orElseGet(() -> elsewhere.apply(files.issuers().stream()
                        .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                        .toList()));
    }
}
