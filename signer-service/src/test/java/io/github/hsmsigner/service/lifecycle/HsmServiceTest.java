package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service over SoftHSM, in a process of its own as in operation: a PKCS#11 module belongs to a process. */
@Timeout(120)
class HsmServiceTest {

    private static final byte[] CONTENTS = "signed on the token".getBytes(StandardCharsets.US_ASCII);
    private static final String BASE64 = Base64.getEncoder().encodeToString(CONTENTS);

    private static SoftHsm.Token token;
    private static SoftHsm.Token twoKeys;

    @TempDir
    private static Path directory;

    private static Path certificate;
    private static Path issuers;

    @BeforeAll
    static void makeTokens() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        token.importCertificate(TestKey.certificate(), "contracts", "a1");
        twoKeys = SoftHsm.newToken();
        twoKeys.importKey(TestKey.keyPair(), "first", "01");
        KeyPair other = TestPki.rsaKeyPair(2048);
        twoKeys.importKey(other, "second", "02");
        certificate = TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        issuers = TestPki.writePem(
                directory.resolve("issuers.pem"),
                TestKey.pki().intermediate(),
                TestKey.pki().root());
    }

    private static Map<String, String> settings(SoftHsm.Token token, String... more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label(),
                "SIGNING_CA_CERTIFICATES", issuers.toString(),
                "SIGNING_SERVICE_LOG_LEVEL", "TRACE",
                "SIGNING_SERVICE_PORT", "0",
                "SIGNING_SERVICE_STOP_LIMIT", "100ms"));
        for (int i = 0; i < more.length; i += 2) {
            variables.put(more[i], more[i + 1]);
        }
        return variables;
    }

    private static void assertSigns(Client client) {
        HttpResponse<byte[]> raw = client.sign("{\"action\":\"sign\",\"data_to_be_signed\":\"" + BASE64 + "\"}");
        assertThat(raw.statusCode()).isEqualTo(200);
        TestKey.assertOpensslVerifies(directory, raw.body(), CONTENTS, "sha256");
        HttpResponse<byte[]> container = client.sign("{\"encoded_contents\":\"" + BASE64 + "\"}");
        assertThat(container.statusCode()).isEqualTo(200);
        TestKey.assertOpensslVerifiesContainer(directory, container.body(), CONTENTS);
    }

    @Test
    void signsWithKeyAndCertificateOnTheTokenAndStopsCleanly() {
        try (ChildProcess process = ChildProcess.start(directory, settings(token))) {
            Client client = new Client(process.awaitPort());
            assertSigns(client);
            assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
            process.terminate();

            assertThat(process.exitCode()).isZero();
            assertThat(process.errors()).isEmpty();
            String log = String.join("\n", process.output());
            assertThat(log)
                    .contains("PKCS#11 module " + SoftHsm.module())
                    .contains("Logged in to token")
                    .contains("Signing key: label \"contracts\" id a1")
                    .contains("certificate of CN=Test Signer")
                    .doesNotContain(token.pin());
            assertThat(process.output().indexOf(line(process, "Logged in")))
                    .isLessThan(process.output().indexOf(line(process, "Listening on")));
            assertThat(line(process, "closed.")).contains(token.label());
        }
    }

    private static String line(ChildProcess process, String part) {
        List<String> lines =
                process.output().stream().filter(l -> l.contains(part)).toList();
        assertThat(lines).as(part).hasSize(1);
        return lines.get(0);
    }

    @Test
    void signsWithASelectedKeyAndACertificateFromAFile() {
        Map<String, String> settings = settings(
                twoKeys, "HSM_KEY_LABEL", "first", "HSM_KEY_ID", "01", "SIGNING_CERTIFICATE", certificate.toString());
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            assertSigns(new Client(process.awaitPort()));
        }
    }

    @Test
    void endsIfSeveralKeysMatchAndListsThem() {
        assertRefused(settings(twoKeys), "label \"first\" id 01", "label \"second\" id 02");
    }

    @Test
    void endsIfTheCertificateIsThatOfAnotherKey() {
        assertRefused(
                settings(twoKeys, "HSM_KEY_LABEL", "second", "SIGNING_CERTIFICATE", certificate.toString()),
                "None of the certificates of the file " + certificate + " belongs to the signing key");
    }

    @Test
    void endsIfThereIsNoSuchToken() {
        assertRefused(settings(token, "HSM_TOKEN_LABEL", "no such token"), token.label(), "no such token");
    }

    @Test
    void endsIfNoTokenIsInitialisedAndSaysWhatToDo() throws IOException {
        Path empty = SoftHsm.writeConfiguration(
                directory.resolve("empty.conf"), Files.createDirectory(directory.resolve("empty")));
        assertRefused(
                settings(token, "SOFTHSM2_CONF", empty.toString()),
                SoftHsm.module() + " shows no token that is initialised. Initialise one",
                "softhsm2-util --init-token",
                "SOFTHSM2_CONF");
    }

    private static void assertRefused(Map<String, String> settings, String... parts) {
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.errors())
                    .singleElement()
                    .asString()
                    .startsWith("signer-service: ")
                    .contains(parts)
                    .doesNotContain("Exception", settings.get("HSM_PIN"));
        }
    }

    @Test
    void listensWithAWrongPinSaysSoAndTriesItOnce() {
        Map<String, String> settings = settings(token, "HSM_PIN", "wrong-pin-" + token.pin());
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            Client client = new Client(process.awaitPort());
            HttpResponse<byte[]> ready = client.get("/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(Client.text(ready))
                    .contains("not_ready", "the PIN (C_Login answered CKR_PIN_INCORRECT)", "The PIN is from HSM_PIN.");
            assertThat(client.get("/").statusCode()).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                assertThat(client.sign("{\"encoded_contents\":\"" + BASE64 + "\"}")
                                .statusCode())
                        .isEqualTo(503);
            }
            process.terminate();

            assertThat(process.exitCode()).isZero();
            assertThat(process.output())
                    .filteredOn(l -> l.contains("PKCS#11 module "))
                    .hasSize(1);
            assertThat(String.join("\n", process.output())).doesNotContain(settings.get("HSM_PIN"));
        }
    }
}
