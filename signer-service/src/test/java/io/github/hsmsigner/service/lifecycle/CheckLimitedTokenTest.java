package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A token that offers one mechanism alone signs, so {@code check} finds no error. SoftHSM reads {@code slots.mechanisms} at
 * C_Initialize, so each case takes a process.
 */
@Timeout(120)
class CheckLimitedTokenTest {

    private static SoftHsm.Token token;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "01");
    }

    @ParameterizedTest
    @CsvSource({"CKM_SHA384_RSA_PKCS, sha384, 'sha256, sha512'", "CKM_SHA256_RSA_PKCS_PSS, sha256, 'sha384, sha512'"})
    void whatTheTokenLacksIsAWarning(String mechanism, String supported, String missing) throws IOException {
        Path configuration = Files.copy(Path.of(System.getenv("SOFTHSM2_CONF")), directory.resolve("softhsm2.conf"));
        Files.writeString(configuration, "slots.mechanisms = " + mechanism + "\n", StandardOpenOption.APPEND);
        Path certificate = TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        Map<String, String> variables = Map.of(
                "SOFTHSM2_CONF", configuration.toString(),
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label(),
                "SIGNING_CERTIFICATE", certificate.toString());
        try (ChildProcess process = ChildProcess.start(directory, variables, "check")) {
            assertThat(process.exitCode()).isZero();
            assertThat(String.join("\n", process.output()))
                    .containsPattern("(?m)^OK +key hsm: Signs with " + supported + "\\.$")
                    .containsPattern("(?m)^WARNING +key hsm: Does not sign with " + missing + ": ")
                    .containsPattern(
                            "(?m)^WARNING +key hsm: The service refuses the action sign .* with " + supported + ": ")
                    .contains("The service would work: 0 errors");
        }
    }

    @Test
    void aMissingConfigurationOfSoftHsmIsNamed() {
        Map<String, String> variables = Map.of(
                "SOFTHSM2_CONF", directory.resolve("absent.conf").toString(),
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin());
        try (ChildProcess process = ChildProcess.start(directory, variables, "keys")) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.errors())
                    .last()
                    .asString()
                    .contains(
                            "CKR_GENERAL_ERROR",
                            "SOFTHSM2_CONF names " + directory.resolve("absent.conf") + ", which does not exist");
        }
    }
}
