package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsReader.SettingsFile;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The PIN, the certificate and a secret of the policy are replaced while requests are served, and none of them fails.
 *
 * <p>That the new PIN is used is shown by a login: the token has the new one alone, and another share of its module initialises the
 * module anew, as the recovery of another token of the same module does. All sessions and the login are gone then. The service logs in
 * once more, the token accepts that, and requests go on without a failure.
 */
@Timeout(60)
class RotationTest {

    private static final String CERTIFICATES = "{\"action\":\"get_certificates\",\"signing_token\":\"%s\"}";

    @TempDir
    private Path directory;

    @Test
    void everythingIsReplacedUnderLoad() throws Exception {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        Path pin = Files.writeString(directory.resolve("pin"), token.pin());
        Path certificate = TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        Path secret = Files.writeString(directory.resolve("secret"), "old secret of sixteen");
        X509Certificate next =
                TestKey.pki().certifySigner("Next", TestKey.keyPair().getPublic());
        ServiceLifecycle service = service(
                new TestSettings()
                        .token(
                                "hsm",
                                Pkcs11Config.builder(SoftHsm.module())
                                        .tokenLabel(token.label())
                                        .pin(PinSource.file(pin))
                                        .build(),
                                Optional.of(pin))
                        .key("key", TestSettings.onTokens(certificate, "contracts", "hsm"))
                        .access(AccessSettings.of(new SharedSecretSettings(List.of(
                                new SharedSecret(
                                        "load", Secret.of("load secret of sixteen".getBytes(StandardCharsets.UTF_8))),
                                new SharedSecret("other", Secret.inFile(secret))))))
                        .build(),
                Optional.empty());
        try (CapturedLog log = new CapturedLog()) {
            service.start();
            Client client = new Client(service.port());
            try (Callers callers = Callers.start(
                    service.port(),
                    4,
                    "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\",\"signing_token\":\"load secret of sixteen\"}")) {
                callers.awaitMore(20);
                assertThat(status(client, "old secret of sixteen")).isEqualTo(200);
                assertThat(status(client, "new secret of sixteen")).isEqualTo(401);

                String newPin = "new-" + token.pin();
                token.tool("--change-pin", "--new-pin", newPin);
                replace(pin, newPin);
                replace(certificate, TestPki.pem(next));
                replace(secret, "new secret of sixteen");
                await("the new secret", () -> status(client, "new secret of sixteen") == 200);
                assertThat(status(client, "old secret of sixteen")).isEqualTo(401);
                await(
                        "the new certificate",
                        () -> Client.text(client.sign(CERTIFICATES.formatted("load secret of sixteen")))
                                .contains(Base64.getEncoder()
                                        .encodeToString(TestPki.pem(next).getBytes(StandardCharsets.US_ASCII))
                                        .substring(0, 200)));
                await("the new PIN", () -> log.text().contains("PIN file of token \"hsm\" reloaded"));
                assertThat(Logins.accepted(client)).isEqualTo("1.0");
                loseTheLogin();
                await("a login", () -> !Logins.accepted(client).equals("1.0"));
                callers.awaitMore(20);
                assertThat(Logins.accepted(client)).isEqualTo("2.0");
                assertThat(Logins.refused(client)).isEqualTo("0.0");

                // Half of a change leaves everything as it is.
                replace(certificate, "-----BEGIN CERTIFICATE-----\nMIIB");
                await("the refusal", () -> log.text().contains("Certificate files could not be reloaded"));
                assertThat(Client.text(client.get("/health/ready")))
                        .contains("Certificate files could not be reloaded; ");
                callers.awaitMore(20);
                callers.stop();
                assertThat(callers.failures()).isEmpty();
            }
            assertThat(log.text())
                    .contains("Certificate files reloaded: key \"key\" has the certificate of CN=Next, serial "
                            + next.getSerialNumber().toString(16) + ", valid to "
                            + next.getNotAfter().toInstant() + ".")
                    .contains("Policy files reloaded")
                    .doesNotContain("new secret of sixteen", "new-" + token.pin());
        } finally {
            service.close();
        }
        assertThat(service.isClosed()).isTrue();
    }

    /** A service that checks its files so often that no test waits for it. */
    static ServiceLifecycle service(ServiceSettings settings, Optional<SettingsFile> file) {
        return new ServiceLifecycle(settings, file, "test", Pkcs11Token::open, Duration.ofMillis(50));
    }

    /** Waits until no call is in the module, as SoftHSM does not stand a C_Finalize during a signature. */
    private static void loseTheLogin() throws Exception {
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            assertThat(share.reinitialize(share.epoch(), Duration.ofSeconds(10)))
                    .isTrue();
        }
    }

    @Test
    void whoMaySignIsTakenUpFromTheConfigurationFile() throws Exception {
        Path file = directory.resolve("signer.yaml");
        replace(file, configuration("token-secret: the first of the secrets"));
        SettingsFile source = SettingsFile.of(Map.of("SIGNING_SERVICE_CONFIG", file.toString()))
                .orElseThrow();
        ServiceLifecycle service = service(source.read(), Optional.of(source));
        try (CapturedLog log = new CapturedLog()) {
            service.start();
            Client client = new Client(service.port());
            assertThat(status(client, "the first of the secrets")).isEqualTo(200);

            replace(file, configuration("token-secret: the second of the secrets"));
            await("the second secret", () -> status(client, "the second of the secrets") == 200);
            assertThat(status(client, "the first of the secrets")).isEqualTo(401);

            replace(file, configuration("callers: {nobody: {keys: [no-such-key]}}"));
            await("the refusal", () -> log.text().contains("Configuration file could not be reloaded"));
            assertThat(status(client, "the second of the secrets")).isEqualTo(200);
            String ready = Client.text(client.get("/health/ready"));
            assertThat(ready)
                    .startsWith("{\"status\":\"ready\"")
                    .contains(
                            "Configuration file could not be reloaded; the previous version stays in use: ",
                            "names a key that is not among those set")
                    .doesNotContain("the second of the secrets");
            replace(file, configuration("token-secret: the third of the secrets"));
            await("the third secret", () -> status(client, "the third of the secrets") == 200);
            await("no warning", () -> !Client.text(client.get("/health/ready")).contains("could not be reloaded"));
            assertThat(log.text())
                    .contains("names a key that is not among those set")
                    .doesNotContain("the first of the secrets", "the second of the secrets");
        } finally {
            service.close();
        }
    }

    @Test
    void aFileThatIsNestedTooDeeplyDoesNotKeepASecretValidThatWasRevoked() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "the first of the secrets");
        Path file = directory.resolve("signer.yaml");
        replace(file, configuration("token-secret: {file: " + secret + "}"));
        SettingsFile source = SettingsFile.of(Map.of("SIGNING_SERVICE_CONFIG", file.toString()))
                .orElseThrow();
        ServiceLifecycle service = service(source.read(), Optional.of(source));
        try (CapturedLog log = new CapturedLog()) {
            service.start();
            Client client = new Client(service.port());
            replace(file, configuration("token-secret: " + "[".repeat(100_000)));
            await("the refusal", () -> log.text().contains("Configuration file could not be reloaded"));

            replace(secret, "the second of the secrets");
            await("the second secret", () -> status(client, "the second of the secrets") == 200);
            assertThat(status(client, "the first of the secrets")).isEqualTo(401);
            assertThat(Client.text(client.get("/health/ready"))).contains("\"kind\":\"files\"", "\"last_check\":\"20");
        } finally {
            service.close();
        }
    }

    private String configuration(String access) {
        return String.join(
                "\n",
                "server: {address: 127.0.0.1, port: 0, stop-limit: 100ms}",
                "keys:",
                "  test:",
                "    keystore: " + TestKey.writeKeyStore(directory),
                "    keystore-password: " + TestKey.PASSWORD,
                "access:",
                "  " + access,
                "");
    }

    private static int status(Client client, String secret) {
        return client.sign(CERTIFICATES.formatted(secret)).statusCode();
    }

    /** As whoever is careful replaces a file that is in use. */
    private void replace(Path file, String content) throws IOException {
        Path made = Files.writeString(directory.resolve("made"), content);
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
