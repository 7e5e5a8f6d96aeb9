package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MainTest {

    @TempDir
    private Path directory;

    private Map<String, String> keyStore(String... more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD,
                "SIGNING_SERVICE_PORT",
                "0",
                "SIGNING_SERVICE_STOP_LIMIT",
                "100ms"));
        for (int i = 0; i < more.length; i += 2) {
            variables.put(more[i], more[i + 1]);
        }
        return variables;
    }

    private void assertRefused(Map<String, String> variables, String... problems) {
        try (ChildProcess process = ChildProcess.start(directory, variables)) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.errors())
                    .hasSameSizeAs(problems)
                    .allSatisfy(line ->
                            assertThat(line).startsWith("signer-service: ").doesNotContain("Exception", "\tat "));
            for (String problem : problems) {
                assertThat(process.errors()).anySatisfy(line -> assertThat(line).contains(problem));
            }
            assertThat(String.join("\n", process.output())).doesNotContain("Exception", "\tat ", "Listening");
            assertThat(process.output())
                    .filteredOn(line -> line.contains("ERROR") && line.contains("The service could not start: "))
                    .hasSameSizeAs(problems);
            assertThat(process.output()).last().asString().contains("ERROR");
        }
    }

    @Test
    void aFailedStartIsAnErrorInTheLogAsJsonToo() {
        try (ChildProcess process = ChildProcess.start(
                directory, keyStore("SIGNING_SERVICE_LOG_FORMAT", "json", "SIGNING_KEYSTORE_PASSWORD", "wrong"))) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.output())
                    .last()
                    .asString()
                    .startsWith("{")
                    .contains("\"level\":\"ERROR\"", "The service could not start: The password of the key store");
        }
        try (ChildProcess process = ChildProcess.start(
                directory, Map.of("SIGNING_SERVICE_LOG_FORMAT", "json", "SIGNING_SERVICE_PORT", "x"))) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.output())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("{")
                            .contains("\"level\":\"ERROR\"", "The service could not start: "));
        }
    }

    @Test
    void tellsEveryProblemOfTheSettingsInALine() {
        assertRefused(
                Map.of("SIGNING_SERVICE_PORT", "x", "HSM_MODULE", "/nowhere.so", "HSM_SLOT_ID", "y"),
                "SIGNING_SERVICE_PORT must be",
                "HSM_PIN is missing",
                "HSM_MODULE names /nowhere.so",
                "HSM_SLOT_ID must be");
    }

    @Test
    void tellsInALineWhatOnlyShowsWhenTheKeyIsOpened() throws IOException {
        assertRefused(keyStore("SIGNING_KEYSTORE_PASSWORD", "wrong"), "The password of the key store");
        Path stranger = TestPki.writePem(
                directory.resolve("stranger.pem"),
                TestKey.pki().certifySigner("Stranger", TestPki.rsaKeyPair(2048).getPublic()));
        assertRefused(
                keyStore("SIGNING_CERTIFICATE", stranger.toString()),
                "stranger.pem belongs to the signing key: CN=Stranger");
        Path notAModule = Files.writeString(directory.resolve("module.so"), "not a library");
        assertRefused(
                Map.of("HSM_MODULE", notAModule.toString(), "HSM_PIN", "1234", "SIGNING_SERVICE_PORT", "0"),
                notAModule.toString());
    }

    /** A supervisor starts the service again and again: each time it would log in, and a wrong PIN would lock the user. */
    @Test
    void aServerThatCannotStartIsToldBeforeAnyTokenIsLoggedInTo() throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        Path noKey = Files.writeString(directory.resolve("tls.pem"), "no PEM");
        try (ServerSocket taken = new ServerSocket(0);
                ChildProcess process = ChildProcess.start(
                        directory,
                        Map.of(
                                "HSM_MODULE", SoftHsm.module().toString(),
                                "HSM_TOKEN_LABEL", token.label(),
                                "HSM_PIN", token.pin(),
                                "SIGNING_SERVICE_PORT", Integer.toString(taken.getLocalPort()),
                                "SIGNING_SERVICE_TLS_CERTIFICATE", noKey.toString(),
                                "SIGNING_SERVICE_TLS_PRIVATE_KEY", noKey.toString()))) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.errors())
                    .hasSize(2)
                    .anySatisfy(line -> assertThat(line).contains(taken.getLocalPort() + " cannot be listened on"))
                    .anySatisfy(line -> assertThat(line).contains(noKey.toString()));
            assertThat(process.output()).noneSatisfy(line -> assertThat(line).contains("PKCS#11"));
        }
    }

    @Test
    @ShowsEffectOf("signatures.certificate-validity")
    void aCertificateThatExpiredEndsTheStartUnlessAWarningIsAskedFor() {
        Instant now = Instant.now();
        Path expired = TestPki.writePem(
                directory.resolve("expired.pem"),
                TestKey.pki()
                        .certifySigner(
                                "Former Signer",
                                TestKey.keyPair().getPublic(),
                                now.minus(Duration.ofDays(2)),
                                now.minus(Duration.ofDays(1))));
        Map<String, String> variables = keyStore("SIGNING_CERTIFICATE", expired.toString());
        assertRefused(variables, "The certificate of \"CN=Former Signer\" expired on ");

        variables.put("SIGNING_CERTIFICATE_VALIDITY", "warn");
        try (ChildProcess process = ChildProcess.start(directory, variables)) {
            Client client = new Client(process.awaitPort());
            assertThat(client.sign("{\"encoded_contents\":\"AAAA\"}").statusCode())
                    .isEqualTo(200);
            assertThat(process.output())
                    .anySatisfy(line -> assertThat(line).contains("WARN", "\"CN=Former Signer\" expired on "));
        }
    }

    @Test
    void showsItsUsage() {
        try (ChildProcess help = ChildProcess.start(directory, Map.of(), "--help")) {
            assertThat(help.exitCode()).isZero();
            assertThat(help.output()).first().asString().startsWith("Usage: signer-service");
            assertThat(help.errors()).isEmpty();
        }
        try (ChildProcess version = ChildProcess.start(directory, Map.of(), "--version")) {
            assertThat(version.exitCode()).isZero();
            assertThat(version.output()).singleElement().asString().startsWith("signer-service ");
        }
        try (ChildProcess unknown = ChildProcess.start(directory, Map.of(), "sing")) {
            assertThat(unknown.exitCode()).isEqualTo(2);
            assertThat(unknown.output()).isEmpty();
            assertThat(unknown.errors()).first().asString().startsWith("signer-service: Unmatched argument");
        }
    }

    @Test
    void servesUntilItIsToldToStopAndLogsNoSecretAtAnyLevel() {
        String contents = "the confidential contents of a contract";
        String base64 = Base64.getEncoder().encodeToString(contents.getBytes(StandardCharsets.US_ASCII));
        try (ChildProcess process =
                ChildProcess.start(directory, keyStore("SIGNING_SERVICE_LOG_LEVEL", "TRACE"), "serve")) {
            Client client = new Client(process.awaitPort());
            assertThat(client.sign("{\"encoded_contents\":\"" + base64 + "\",\"signing_token\":\"token-7d1f\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(client.sign("{\"encoded_contents\":\"" + base64 + "*\",\"signing_token\":\"token-7d1f\"}")
                            .statusCode())
                    .isEqualTo(400);
            process.terminate();

            assertThat(process.exitCode()).isZero();
            assertThat(process.errors()).isEmpty();
            assertThat(process.output())
                    .anySatisfy(line -> assertThat(line).contains("certificate of CN=Test Signer"))
                    .anySatisfy(
                            line -> assertThat(line).contains(" action=sign_pkcs7 ", " digest=sha256 ", " outcome=ok "))
                    .last()
                    .asString()
                    .endsWith("Stopped.");
            assertThat(String.join("\n", process.output()))
                    .doesNotContain("token-7d1f", "confidential", base64.substring(0, 20), TestKey.PASSWORD);
        }
    }
}
