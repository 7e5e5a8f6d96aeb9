package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code keys} has an effect. */
@Timeout(60)
class KeySettingsEffectTest {

    private static final byte[] DATA = {1, 2, 3};
    private static final KeyPair OTHER = TestPki.rsaKeyPair(2048);
    private static final TestPki PKI = TestKey.pki();

    @TempDir
    private static Path directory;

    private static SoftHsm.Token one;
    private static SoftHsm.Token two;

    @BeforeAll
    static void makeKeys() {
        one = SoftHsm.newToken();
        one.importKey(TestKey.keyPair(), "first", "a1");
        one.importKey(OTHER, "second", "b2");
        two = SoftHsm.newToken();
        two.importKey(OTHER, "third", "c3");
        TestPki.writePem(directory.resolve("first.pem"), TestKey.certificate());
        TestPki.writePem(directory.resolve("second.pem"), PKI.certifySigner("Second", OTHER.getPublic()));
        TestPki.writePem(directory.resolve("issuers.pem"), PKI.intermediate(), PKI.root());
    }

    private static boolean verifies(Client client, String secret, Signature verifier, PublicKey key)
            throws GeneralSecurityException {
        byte[] signature = client.sign(
                        "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\",\"signing_token\":\"" + secret + "\"}")
                .body();
        verifier.initVerify(key);
        verifier.update(DATA);
        return verifier.verify(signature);
    }

    @Test
    @ShowsEffectOf({"keys.NAME.tokens", "keys.NAME.label", "keys.NAME.id", "keys.NAME.uri"})
    void theKeyOnTheTokenIsUsed() throws GeneralSecurityException {
        try (ConfiguredService service = ConfiguredService.start(
                directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  one: {module: %1$s, pin: %2$s, label: %3$s}
                  two: {module: %1$s, pin: %4$s, label: %5$s}
                keys:
                  by-label: {tokens: one, label: first, certificate: @first.pem}
                  by-id: {tokens: one, id: b2, certificate: @second.pem}
                  by-uri: {tokens: one, uri: "pkcs11:object=first", certificate: @first.pem}
                  by-token: {tokens: two, certificate: @second.pem}
                access:
                  policies:
                    - shared-secrets:
                        - {caller: by-label, secret: secret-of-by-label}
                        - {caller: by-id, secret: secret-of-by-id-----}
                        - {caller: by-uri, secret: secret-of-by-uri----}
                        - {caller: by-token, secret: secret-of-by-token}
                  callers:
                    by-label: {key: by-label}
                    by-id: {key: by-id}
                    by-uri: {key: by-uri}
                    by-token: {key: by-token}
                """.formatted(SoftHsm.module(), one.pin(), one.label(), two.pin(), two.label()))) {
            Signature pkcs1 = Signature.getInstance("SHA256withRSA");
            PublicKey first = TestKey.keyPair().getPublic();
            Client client = service.client();
            assertThat(verifies(client, "secret-of-by-label", pkcs1, first)).isTrue();
            assertThat(verifies(client, "secret-of-by-id-----", pkcs1, OTHER.getPublic()))
                    .isTrue();
            assertThat(verifies(client, "secret-of-by-uri----", pkcs1, first)).isTrue();
            assertThat(verifies(client, "secret-of-by-token", pkcs1, OTHER.getPublic()))
                    .isTrue();
        }
    }

    @Test
    @ShowsEffectOf({
        "keys.NAME.keystore",
        "keys.NAME.keystore-password",
        "keys.NAME.rsa-scheme",
        "keys.NAME.certificate",
        "keys.NAME.ca-certificates"
    })
    void theKeyInTheFileIsUsedWithTheSchemeAndTheCertificates() throws GeneralSecurityException {
        X509Certificate another =
                PKI.certifySigner("Another Certificate", TestKey.keyPair().getPublic());
        TestPki.writePem(directory.resolve("another.pem"), another);
        try (ConfiguredService service =
                ConfiguredService.start(directory, """
                server: {port: 0, stop-limit: 100ms, certificate-encoding: der}
                keys:
                  test:
                    keystore: %s
                    keystore-password: %s
                    rsa-scheme: pss
                    certificate: @another.pem
                    ca-certificates: [@issuers.pem]
                """.formatted(TestKey.writeKeyStore(directory), TestKey.PASSWORD))) {
            Client client = service.client();
            Signature pss = Signature.getInstance("RSASSA-PSS");
            pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            assertThat(verifies(client, "", pss, TestKey.keyPair().getPublic())).isTrue();
            assertThat(Client.text(client.sign("{\"action\":\"get_certificates\"}")))
                    .isEqualTo("{\"certificates\":[" + base64(another) + "],\"ca_certificates\":["
                            + base64(PKI.intermediate()) + "," + base64(PKI.root()) + "]}");
        }
    }

    private static String base64(X509Certificate certificate) throws GeneralSecurityException {
        return "\"" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + "\"";
    }
}
