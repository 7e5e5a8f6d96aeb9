package io.github.hsmsigner.pkcs11.internal.uri;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.pkcs11.TokenSelector;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The key, or all keys, of a token that a URI (RFC 7512) names. */
public final class Pkcs11KeySource implements KeySource {

    private static final Duration PIN_COMMAND_LIMIT = Duration.ofSeconds(10);

    private final Pkcs11Token token;
    private final Map<String, Signer> signers;
    private final CertificateProvider certificates;

    private Pkcs11KeySource(Pkcs11Token token, Map<String, Signer> signers, CertificateProvider certificates) {
        this.token = token;
        this.signers = Map.copyOf(signers);
        this.certificates = certificates;
    }

    private static Pkcs11KeySource open(Pkcs11Uri uri) {
        Path module = uri.modulePath().map(Path::of).orElseThrow(() -> missing("module-path"));
        PinSource pin = uri.pinSource().map(Pkcs11KeySource::pin).orElseThrow(() -> missing("pin-source"));
        Optional<Path> certificateFile = uri.certificateFile().map(Path::of);
        List<PublicKey> candidates = certificateFile
                .map(file -> CertificateFiles.read(file).stream()
                        .map(X509Certificate::getPublicKey)
                        .toList())
                .orElse(List.of());
        Pkcs11Token token = Pkcs11Token.open(Pkcs11Config.builder(module)
                .token(TokenSelector.of(uri))
                .pin(pin)
                .build());
        try {
            Optional<String> name = uri.object().or(() -> uri.id().map(HexFormat.of()::formatHex));
            Map<String, ? extends Signer> signers = name.isPresent()
                    ? Map.of(name.get(), token.signer(KeySelector.of(uri), candidates))
                    : token.signers(candidates);
            CertificateProvider certificates = certificateFile.isPresent()
                    ? FixedCertificateProvider.fromFiles(certificateFile.get(), List.of())
                    : token.certificates(List.of());
            return new Pkcs11KeySource(token, Map.copyOf(signers), certificates);
        } catch (RuntimeException | Error e) {
            token.close();
            throw e;
        }
    }

    /** RFC 7512, section 2.4: a path, a {@code file:} URI (RFC 8089), or a bar and the path of a command. */
    private static PinSource pin(String source) {
        return source.startsWith("|")
                ? PinSource.command(List.of(source.substring(1)), PIN_COMMAND_LIMIT)
                : PinSource.file(Path.of(source.replaceFirst("^file:(//(?=/))?", "")));
    }

    private static InvalidConfigurationException missing(String attribute) {
        return new InvalidConfigurationException("The PKCS#11 URI of a key needs the attribute \"" + attribute
                + "\", as in pkcs11:token=T;object=K?module-path=/usr/lib/module.so&pin-source=/run/secrets/pin.");
    }

    @Override
    public Map<String, Signer> signers() {
        return signers;
    }

    @Override
    public CertificateProvider certificates() {
        return certificates;
    }

    @Override
    public void close() {
        token.close();
    }

    /** Opens {@code pkcs11:} URIs. */
    public static final class Provider implements KeySource.Provider {

        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return "pkcs11";
        }

        @Override
        public KeySource open(String uri, Deadline deadline) {
            return Pkcs11KeySource.open(Pkcs11Uri.parse(uri));
        }
    }
}
