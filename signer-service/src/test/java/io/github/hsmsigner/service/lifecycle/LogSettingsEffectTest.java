package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code log}, and each variable outside the file, has an effect. */
@Timeout(60)
class LogSettingsEffectTest {

    @TempDir
    private static Path directory;

    /**
     * A process has one configuration of its log, so this is another process. The settings are of many kinds, because a logger that is
     * made while they are read would not be configured.
     */
    @Test
    @ShowsEffectOf({"log.level", "log.format"})
    void linesAreOfTheLevelAndInTheFormat() {
        KeyPair key = TestPki.keyPair("EC", 256);
        TestPki.writePem(directory.resolve("server.pem"), TestKey.pki().certifySigner("Server", key.getPublic()));
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key));
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        Map<String, String> environment = ConfiguredService.environment(
                directory, ConfiguredService.keyInFile(directory).replace("}", ", certificate: @signer.pem}") + """
                log: {level: TRACE, format: json}
                server:
                  port: 0
                  tls: {certificate: @server.pem, private-key: @server.key}
                access:
                  policies:
                    - shared-secrets:
                        - {caller: engine, secret: secret-of-the-engine}
                    - user-list: {users: [{user: somebody}]}
                    - jwt: {keys: [{secret: secret-of-whoever-makes-the-tokens}]}
                  callers:
                    engine: {rate: 1/1m}
                  others: {}
                audit: {file: @audit-of-log.jsonl}
                signatures:
                  timestamps: {addresses: "http://127.0.0.1:1/tsa"}
                """);
        try (ChildProcess process = ChildProcess.start(directory, environment)) {
            process.awaitPort();
            process.terminate();
            assertThat(process.exitCode()).isZero();
            assertThat(process.output())
                    .allSatisfy(line -> assertThat(line).startsWith("{").endsWith("}"))
                    .anySatisfy(line -> assertThat(line).contains("\"level\":\"DEBUG\""));
        }
    }

    @Test
    @ShowsEffectOf("SIGNING_SERVICE_CONFIG")
    void theFileThatTheVariableNamesIsRead() {
        try (ConfiguredService service = ConfiguredService.start(
                directory, ConfiguredService.keyInFile(directory), "SIGNING_SERVICE_PORT", "0")) {
            assertThat(Client.text(service.client().get("/health/ready")))
                    .contains("\"kind\":\"key\",\"name\":\"test\"");
        }
    }

    @Test
    @ShowsEffectOf("SIGNING_KEY_NAME")
    void theKeyOfTheEnvironmentHasTheName() {
        Map<String, String> environment = Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD,
                "SIGNING_KEY_NAME",
                "invoices",
                "SIGNING_SERVICE_PORT",
                "0");
        try (ConfiguredService service = ConfiguredService.start(UnaryOperator.identity(), environment)) {
            assertThat(Client.text(service.client().get("/health/ready")))
                    .contains("\"kind\":\"key\",\"name\":\"invoices\"");
        }
    }
}
