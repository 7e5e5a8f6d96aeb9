package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All problems that show without a token are reported in one round. */
@Timeout(60)
class OneRoundTest {

    @TempDir
    private Path directory;

    /** The problems of a startup, as standard error has them. */
    private static List<String> problems(Map<String, String> variables) {
        try {
            ServiceLifecycle service = new ServiceLifecycle(SettingsReader.read(variables), Optional.empty(), "test");
            try {
                service.start();
                return List.of();
            } catch (CannotStartException e) {
                return e.problems();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } finally {
                service.close();
            }
        } catch (InvalidSettingsException e) {
            return ServiceProcess.cannotStart(e).problems();
        }
    }

    /** A pair that does not match, a secret that is too short, a directory that does not exist, a port that is taken. */
    private Map<String, String> wrongParts(ServerSocket taken) throws IOException {
        Map<String, String> variables = new HashMap<>();
        variables.put(
                "SIGNING_SERVICE_TLS_CERTIFICATE",
                TestPki.writePem(directory.resolve("server.pem"), TestKey.certificate())
                        .toString());
        variables.put(
                "SIGNING_SERVICE_TLS_PRIVATE_KEY",
                TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(TestPki.rsaKeyPair(2048)))
                        .toString());
        variables.put("SIGNING_TOKEN_SECRET", "short");
        variables.put(
                "SIGNING_AUDIT_FILE", directory.resolve("absent/audit.jsonl").toString());
        variables.put("SIGNING_SERVICE_PORT", Integer.toString(taken.getLocalPort()));
        return variables;
    }

    private static void assertHolds(List<String> problems, String... expected) {
        assertThat(problems).hasSameSizeAs(expected);
        for (String part : expected) {
            assertThat(problems).anySatisfy(problem -> assertThat(problem).contains(part));
        }
    }

    @Test
    void keyStorePolicyTlsAuditLogAndPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> variables = wrongParts(taken);
            variables.put("SIGNING_KEYSTORE", TestKey.writeKeyStore(directory).toString());
            variables.put("SIGNING_KEYSTORE_PASSWORD", "wrong");
            assertHolds(
                    problems(variables),
                    "The password of the key store",
                    "server.key is not that of a certificate",
                    "16",
                    "absent, does not exist",
                    ":" + taken.getLocalPort());
        }
    }

    @Test
    void settingsThatCannotBeReadAreReportedWithTheOtherParts() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> variables = wrongParts(taken);
            variables.put("SIGNING_KEYSTORE", TestKey.writeKeyStore(directory).toString());
            variables.put("SIGNING_KEYSTORE_PASSWORD", "wrong");
            variables.put("SIGNING_SERVICE_MAX_REQUESTS", "many");
            variables.put("SIGNING_SERVICE_PRT", "1");
            assertHolds(
                    problems(variables),
                    "SIGNING_SERVICE_MAX_REQUESTS must be",
                    "SIGNING_SERVICE_PRT is not a setting",
                    "The password of the key store",
                    "server.key is not that of a certificate",
                    "16",
                    "absent, does not exist",
                    ":" + taken.getLocalPort());
        }
    }

    /** What depends on a value that cannot be used is not checked with its default. */
    @Test
    void partsThatCannotBeUsedAreNotChecked() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> variables = wrongParts(taken);
            variables.put("HSM_MODULE", SoftHsm.module().toString());
            variables.put("SIGNING_SERVICE_PORT", "x");
            variables.put("SIGNING_AUDIT_ROTATE_AT", "y");
            assertHolds(
                    problems(variables),
                    "HSM_PIN is missing",
                    "SIGNING_SERVICE_PORT must be",
                    "SIGNING_AUDIT_ROTATE_AT must be",
                    "server.key is not that of a certificate",
                    "16");
        }
    }

    @Test
    void aFileThatCannotBeReadIsTheOnlyProblem() throws IOException {
        Path file = Files.writeString(directory.resolve("signer.yaml"), "server: [\n");
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> variables = wrongParts(taken);
            variables.put("SIGNING_SERVICE_CONFIG", file.toString());
            assertThat(problems(variables))
                    .anySatisfy(problem -> assertThat(problem).contains("is not well-formed YAML"))
                    .noneSatisfy(problem -> assertThat(problem).contains("server.key"));
        }
    }
}
