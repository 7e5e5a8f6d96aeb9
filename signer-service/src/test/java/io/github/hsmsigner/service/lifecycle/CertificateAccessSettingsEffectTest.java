package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The settings for requests for certificates that have no signing token. */
@Timeout(60)
class CertificateAccessSettingsEffectTest {

    /** The whole request of Document Engine: PSPDFKit/pspdfkit-web-signing-service-example, README, "Get Certificates". */
    private static final String REQUEST = "{\"action\":\"get_certificates\"}";

    private static final String USERS = """
            access:
              policies:
                - user-list:
                    users: [{user: ada}]
                    key-by-sign-method: {simple: first, qualified: second}
            """;

    @TempDir
    private static Path directory;

    private static X509Certificate second;
    private static String keys;

    @BeforeAll
    static void writeCertificates() {
        second = TestKey.pki().certifySigner("Second", TestKey.keyPair().getPublic());
        TestPki.writePem(directory.resolve("second.pem"), second);
        String keyStore = "keystore: " + TestKey.writeKeyStore(directory) + ", keystore-password: " + TestKey.PASSWORD;
        keys = "keys:\n  first: {" + keyStore + "}\n  second: {" + keyStore + ", certificate: @second.pem}\n";
    }

    private static String base64(X509Certificate certificate) {
        return Base64.getEncoder().encodeToString(TestPki.pem(certificate).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    @ShowsEffectOf("access.certificates-without-token")
    void certificatesCanDemandASigningToken() {
        String policy = "access: {policies: [{shared-secrets: [{caller: engine, secret: 0123456789abcdef}]}]%s}\n";
        String key = ConfiguredService.keyInFile(directory);
        try (ConfiguredService service = ConfiguredService.start(directory, key + policy.formatted(""))) {
            assertThat(service.client().sign(REQUEST).statusCode()).isEqualTo(200);
        }
        String restricted = policy.formatted(", certificates-without-token: false");
        try (ConfiguredService service = ConfiguredService.start(directory, key + restricted)) {
            assertThat(service.client().sign(REQUEST).statusCode()).isEqualTo(401);
        }
    }

    @Test
    @ShowsEffectOf("access.certificates-key")
    void aSettingNamesTheKey() throws IOException {
        Path audit = directory.resolve("audit.jsonl");
        String settings = keys + USERS + "  certificates-key: second\naudit: {file: @audit.jsonl}\n";
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = ConfiguredService.start(directory, settings)) {
            HttpResponse<byte[]> response = service.client().sign(REQUEST);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(Client.text(response)).contains(base64(second)).doesNotContain(base64(TestKey.certificate()));
            assertThat(log.text())
                    .contains(
                            "Raw signing with [first] needs the certificates of that key in the application's request")
                    .containsPattern(
                            ": ok action=get_certificates client=127.0.0.1 key=second bytes=29 outcome=ok status=200");
        }
        assertThat(Files.readAllLines(audit))
                .singleElement()
                .asString()
                .contains(
                        "\"action\":\"certificates\",\"callers\":[],\"client\":\"127.0.0.1\",\"key\":\"second\"",
                        "\"outcome\":\"ok\"");
    }

    @Test
    void withoutThatSettingTheAnswerSaysWhatIsMissing() {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = ConfiguredService.start(directory, keys + USERS)) {
            HttpResponse<byte[]> response = service.client().sign(REQUEST);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(Client.text(response))
                    .contains("\"code\":\"no_such_key\"", "has no signing token", "certificates-key")
                    .doesNotContain("first", "second");
            assertThat(log.text()).contains("get 400 (no_such_key), because different callers use different keys");
        }
    }

    @Test
    void ifNoPolicyChoosesAKeyTheAnswerSaysSo() {
        try (ConfiguredService service = ConfiguredService.start(directory, keys)) {
            HttpResponse<byte[]> response = service.client().sign(REQUEST);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(Client.text(response)).contains("neither the request nor the policy chooses one");
        }
    }
}
