package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import io.javalin.Javalin;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * Everything between an application and its HSM: two Document Engine stand-ins, the signing service behind its real endpoint, and a
 * SoftHSM token with an RSA key. One for all tests of a process, as the PKCS#11 module is one for the process.
 */
final class SigningChain implements AutoCloseable {

    /** A signing token that the service does not accept. */
    static final String REFUSED_SIGNING_TOKEN = "somebody-without-rights";

    private final TestPki pki = new TestPki();
    private final SoftHsm.Token softToken = SoftHsm.newToken();
    private final Pkcs11Token token;
    private final Javalin service;
    private final DocumentEngine engine;
    private final DocumentEngine frugalEngine;

    SigningChain() {
        KeyPair key = TestPki.rsaKeyPair(2048);
        softToken.importKey(key, "key", "01");
        token = Pkcs11Token.open(Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .build());
        SigningService signing = signingService(pki.certifySigner("Jane Signer", key.getPublic()));
        service = Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> signing)))
                .start("localhost", 0);
        engine = DocumentEngine.start(settings(serviceAddress(), true));
        frugalEngine = DocumentEngine.start(settings(serviceAddress(), false));
    }

    private SigningService signingService(X509Certificate certificate) {
        Pkcs11Signer signer = token.signer(KeySelector.any());
        FixedCertificateProvider certificates =
                FixedCertificateProvider.of("the test", List.of(certificate), List.of(pki.intermediate(), pki.root()));
        SigningKey key = SigningKey.open("key", signer, certificates, Deadline.after(Duration.ofSeconds(10)));
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .rawData(RawDataRule.SIGNED_ATTRIBUTES)
                .policy(SigningChain::decide)
                .build();
    }

    private static PolicyDecision decide(SigningAttempt attempt) {
        SigningToken refused = SigningToken.of(REFUSED_SIGNING_TOKEN.getBytes(StandardCharsets.UTF_8));
        return attempt.context().signingToken().filter(refused::equals).isPresent()
                ? PolicyDecision.deny("no rights")
                : PolicyDecision.allow();
    }

    static DocumentEngineSettings settings(URI signingService, boolean sendContents) {
        return DocumentEngineSettings.builder(signingService)
                .sendContents(sendContents)
                .build();
    }

    URI serviceAddress() {
        return URI.create("http://localhost:" + service.port() + "/sign");
    }

    /** An application whose Document Engine sends contents and digests to be signed. */
    Application application() {
        return new Application(engine.port());
    }

    /** An application whose Document Engine sends digests alone. */
    Application applicationOfFrugalEngine() {
        return new Application(frugalEngine.port());
    }

    int enginePort() {
        return engine.port();
    }

    X509Certificate root() {
        return pki.root();
    }

    String pin() {
        return softToken.pin();
    }

    @Override
    public void close() {
        frugalEngine.close();
        engine.close();
        service.stop();
        token.close();
    }
}
