package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.javalin.Javalin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * What long-term signatures take: a signing service whose certificates name an OCSP responder and a list of revoked certificates, a
 * timestamp authority, and a Document Engine stand-in that is told of both.
 */
final class LongTermChain implements AutoCloseable {

    /** A signing token that the service does not accept. */
    static final String REFUSED_SIGNING_TOKEN = "somebody-without-rights";

    private static final String PASSWORD = "of-the-test";

    final OpenSslTimestampAuthority timestampAuthority;
    final OpenSslRevocationServer authorities;
    private final X509Certificate timestampCertificate;
    private final Javalin service;
    private final DocumentEngine engine;

    LongTermChain(Path directory) {
        timestampAuthority = new OpenSslTimestampAuthority(directory.resolve("tsa"));
        timestampCertificate = certificate(directory.resolve("tsa/tsa.pem"));
        authorities = new OpenSslRevocationServer(directory.resolve("ca"));
        KeyStoreSigner signer = KeyStoreSigner.open(authorities.pkcs12(PASSWORD), PASSWORD.toCharArray());
        SigningKey key = SigningKey.open("key", signer, signer, Deadline.after(Duration.ofSeconds(10)));
        SigningToken refused = SigningToken.of(REFUSED_SIGNING_TOKEN.getBytes(StandardCharsets.UTF_8));
        SigningService signing = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .rawData(RawDataRule.SIGNED_ATTRIBUTES)
                .policy(attempt ->
                        attempt.context().signingToken().filter(refused::equals).isPresent()
                                ? PolicyDecision.deny("no rights")
                                : PolicyDecision.allow())
                .build();
        service = Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> signing)))
                .start("localhost", 0);
        engine = DocumentEngine.start(settings(serviceAddress()).build());
    }

    private static X509Certificate certificate(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    URI serviceAddress() {
        return URI.create("http://localhost:" + service.port() + "/sign");
    }

    /** Settings with timestamps and what is trusted. */
    DocumentEngineSettings.Builder settings(URI signingService) {
        return DocumentEngineSettings.builder(signingService)
                .timestampAuthority(timestampAuthority.uri())
                .trustedCertificates(List.of(trusted()));
    }

    /** The root of the signer, and the certificate of the timestamp authority, which nobody answers about. */
    X509Certificate[] trusted() {
        return new X509Certificate[] {authorities.root.certificate(), timestampCertificate};
    }

    int enginePort() {
        return engine.port();
    }

    Application application() {
        return new Application(engine.port());
    }

    @Override
    public void close() {
        engine.close();
        service.stop();
        authorities.close();
        timestampAuthority.close();
    }
}
