package io.github.hsmsigner.pkcs11.internal.uri;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The key, or all keys, of a token that a URI (RFC 7512) names. */
public final class Pkcs11KeySource implements KeySource {

    private final Pkcs11Token token;
    private final Map<String, Signer> signers;
    private final CertificateProvider certificates;

    private Pkcs11KeySource(Pkcs11Token token, Map<String, Signer> signers, CertificateProvider certificates) {
        this.token = token;
        this.signers = Map.copyOf(signers);
        this.certificates = certificates;
    }

    private static Pkcs11KeySource open(Pkcs11Uri uri) {
        Pkcs11Config config = Pkcs11Config.builder(uri).build();
        Optional<Path> certificateFile = uri.certificateFile().map(Path::of);
        List<PublicKey> candidates = certificateFile
                .map(file -> CertificateFiles.read(file).stream()
                        .map(X509Certificate::getPublicKey)
                        .toList())
                .orElse(List.of());
        Pkcs11Token token = Pkcs11Token.open(config);
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
