package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.TestPki;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code signatures} has an effect. */
@Timeout(60)
class SignatureSettingsEffectTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";
    private static final ASN1ObjectIdentifier REVOCATION_INFO_ARCHIVAL =
            new ASN1ObjectIdentifier("1.2.840.113583.1.1.8");

    @TempDir
    private static Path directory;

    private static SoftHsm.Token token;

    /** Signatures hang in the module until this opens. */
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeAll
    static void makeKey() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
    }

    private static ConfiguredService start(UnaryOperator<Cryptoki> decoration, String yaml) {
        return ConfiguredService.start(
                decoration, directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  hsm: {module: %s, pin: %s, label: %s, maximum-pool-size: 1, calling-thread: module}
                keys:
                  contracts: {label: contracts, certificate: @signer.pem}
                %s
                """.formatted(SoftHsm.module(), token.pin(), token.label(), yaml));
    }

    /** A service whose signatures hang from now on. */
    private ConfiguredService startThatHangs(String yaml) {
        FaultyCryptoki[] module = new FaultyCryptoki[1];
        ConfiguredService service =
                start(target -> module[0] = new FaultyCryptoki(target), yaml).beforeClose(release::countDown);
        module[0].fault(function -> {
            if (function.equals("C_Sign")) {
                awaitRelease();
            }
        });
        return service;
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int soon(CompletableFuture<HttpResponse<byte[]>> response) throws Exception {
        return response.get(ConfiguredService.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .statusCode();
    }

    @Test
    @ShowsEffectOf("signatures.deadline")
    void aRequestIsAnsweredAtTheDeadline() throws Exception {
        try (ConfiguredService service = startThatHangs("signatures: {deadline: 200ms}")) {
            assertThat(soon(service.signInBackground(SIGN))).isEqualTo(503);
        }
    }

    @Test
    @ShowsEffectOf("signatures.queue.max-waiting")
    void moreSignaturesThanMayWaitAreRefused() throws Exception {
        try (ConfiguredService service = startThatHangs("signatures: {queue: {max-waiting: 0}}")) {
            CompletableFuture<HttpResponse<byte[]>> first = service.signInBackground(SIGN);
            ConfiguredService.await(
                    "the first signs", () -> service.metric("signer_queue_signing{queue=\"hsm\"}") == 1);
            assertThat(soon(service.signInBackground(SIGN))).isEqualTo(503);
            release.countDown();
            assertThat(soon(first)).isEqualTo(200);
        }
    }

    /** One has the session, and one waits for it at the token; the next waits in the queue. */
    @Test
    @ShowsEffectOf("signatures.queue.max-wait")
    void aSignatureThatWaitsLongerIsRefused() throws Exception {
        try (ConfiguredService service = startThatHangs("signatures: {queue: {max-wait: 1ms}}")) {
            CompletableFuture<HttpResponse<byte[]>> first = service.signInBackground(SIGN);
            CompletableFuture<HttpResponse<byte[]>> second = service.signInBackground(SIGN);
            ConfiguredService.await(
                    "two are at the token", () -> service.metric("signer_queue_signing{queue=\"hsm\"}") == 2);
            assertThat(soon(service.signInBackground(SIGN))).isEqualTo(503);
            release.countDown();
            assertThat(soon(first)).isEqualTo(200);
            assertThat(soon(second)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("signatures.verify-after-sign")
    void aWrongSignatureIsHandedOutIfNoneIsVerified() {
        AtomicBoolean wrong = new AtomicBoolean();
        UnaryOperator<Cryptoki> damage = target -> new DelegatingCryptoki(target) {
            @Override
            public byte[] sign(long session, byte[] data) throws CryptokiException {
                byte[] signature = super.sign(session, data);
                signature[signature.length - 1] ^= (byte) (wrong.get() ? 1 : 0);
                return signature;
            }
        };
        try (ConfiguredService service = start(damage, "signatures: {verify-after-sign: false}")) {
            wrong.set(true);
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("signatures.complete-chains")
    void aMissingIssuerIsFetched() throws Exception {
        KeyPair issuerKey = TestPki.rsaKeyPair(2048);
        Instant begin = Instant.now().minus(Duration.ofDays(1));
        Instant end = begin.plus(Duration.ofDays(30));
        X509Certificate issuer =
                TestPki.certify("CN=Issuer", issuerKey.getPublic(), "CN=Issuer", issuerKey, true, begin, end);
        try (LoopbackServer server =
                new LoopbackServer((exchange, request) -> LoopbackServer.Reply.of(encoded(issuer)))) {
            AccessDescription address = new AccessDescription(
                    AccessDescription.id_ad_caIssuers,
                    new GeneralName(
                            GeneralName.uniformResourceIdentifier,
                            server.uri("/issuer.cer").toString()));
            X509Certificate signer = TestPki.certify(
                    "CN=Signer",
                    TestKey.keyPair().getPublic(),
                    "CN=Issuer",
                    issuerKey,
                    false,
                    begin,
                    end,
                    Extension.create(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(address)));
            TestPki.writePem(directory.resolve("alone.pem"), signer);
            try (ConfiguredService service = ConfiguredService.start(
                    directory, """
                    server: {port: 0, stop-limit: 100ms, certificate-encoding: der}
                    keys:
                      test: {keystore: %s, keystore-password: %s, certificate: @alone.pem}
                    signatures: {complete-chains: true}
                    """.formatted(TestKey.writeKeyStore(directory), TestKey.PASSWORD))) {
                assertThat(Client.text(service.client().sign("{\"action\":\"get_certificates\"}")))
                        .contains("\"ca_certificates\":[\""
                                + Base64.getEncoder().encodeToString(encoded(issuer)) + "\"]");
            }
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @ShowsEffectOf("signatures.revocation-info")
    void revocationInformationIsInTheContainer() throws Exception {
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("authorities"));
                ConfiguredService service = ConfiguredService.start(directory, """
                        server: {port: 0, stop-limit: 100ms}
                        keys:
                          test: {keystore: %s, keystore-password: password, ca-certificates: [%s]}
                        signatures: {revocation-info: true}
                        """.formatted(
                                authorities.pkcs12("password"), authorities.certificateFile("root")))) {
            HttpResponse<byte[]> response = service.client().sign("{\"encoded_contents\":\"AQID\"}");
            assertThat(response.statusCode()).as(Client.text(response)).isEqualTo(200);
            assertThat(new CMSSignedData(response.body())
                            .getSignerInfos()
                            .iterator()
                            .next()
                            .getSignedAttributes()
                            .get(REVOCATION_INFO_ARCHIVAL))
                    .isNotNull();
            assertThat(Client.text(service.client().get("/metrics")))
                    .contains("signer_revocation_refreshes_total{result=\"failed\"} 0");
        }
    }

    @Test
    @ShowsEffectOf("signatures.revocation-max-size")
    void aLargerRevocationAnswerIsRefused() throws Exception {
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("large"))) {
            authorities.issuer.ocsp.change = response -> Arrays.copyOf(response, 1025);
            authorities.issuer.crl.change = crl -> {
                byte[] padded = Arrays.copyOf(crl, 1025);
                Arrays.fill(padded, crl.length, padded.length, (byte) '\n');
                return padded;
            };
            assertThat(statusWithLimit(authorities, "1KiB")).isEqualTo(503);
            assertThat(statusWithLimit(authorities, "2KiB")).isEqualTo(200);
        }
    }

    private static int statusWithLimit(OpenSslRevocationServer authorities, String limit) {
        try (ConfiguredService service = ConfiguredService.start(
                directory, """
                server: {port: 0, stop-limit: 100ms}
                keys:
                  test: {keystore: %s, keystore-password: password, ca-certificates: [%s]}
                signatures: {revocation-info: true, revocation-max-size: %s}
                """.formatted(authorities.pkcs12("password"), authorities.certificateFile("root"), limit))) {
            return service.client().sign("{\"encoded_contents\":\"AQID\"}").statusCode();
        }
    }
}
