package io.github.hsmsigner.http.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceConfigTest {

    private static final String PIN = "crypto-user:pass word$ ";

    @TempDir
    private static Path directory;

    private static Path module;
    private static Path keyStore;
    private static Path certificate;
    private static Path issuers;
    private static Path root;
    private static Path noCertificate;

    @BeforeAll
    static void writeFiles() throws IOException {
        module = Files.writeString(directory.resolve("module.so"), "");
        noCertificate = Files.writeString(directory.resolve("empty.pem"), "nothing");
        keyStore = TestKey.writeKeyStore(directory);
        certificate = TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        issuers =
                TestPki.writePem(directory.resolve("issuers.pem"), TestKey.pki().intermediate());
        root = TestPki.writePem(directory.resolve("root.pem"), TestKey.pki().root());
    }

    private static Map<String, String> hsm(String... more) {
        return with(Map.of("HSM_MODULE", module.toString(), "HSM_PIN", PIN), more);
    }

    private static Map<String, String> keyStore(String... more) {
        return with(
                Map.of("SIGNING_KEYSTORE", keyStore.toString(), "SIGNING_KEYSTORE_PASSWORD", TestKey.PASSWORD), more);
    }

    private static Map<String, String> with(Map<String, String> variables, String... more) {
        Map<String, String> all = new HashMap<>(variables);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void hasDefaultsForAllButTheKey() throws ConfigurationProblemsException {
        ServiceConfig config = ServiceConfig.fromEnvironment(hsm());

        assertThat(config.port()).isEqualTo(6000);
        assertThat(config.maxBodyBytes()).isEqualTo(CallbackHandler.DEFAULT_MAX_BODY_BYTES);
        assertThat(config.logLevel()).isEqualTo("INFO");
        assertThat(config.certificateEncoding()).isEqualTo(CertificateEncoding.PEM);
        assertThat(config.certificates()).isEqualTo(new CertificateSettings(List.of(), List.of(), true));
        assertThat(config.key()).isInstanceOfSatisfying(KeySettings.Hsm.class, key -> {
            assertThat(key.module()).isEqualTo(module);
            assertThat(new String(key.pin().characters())).isEqualTo(PIN);
            assertThat(key.tokenLabel()).isEmpty();
            assertThat(key.slotId()).isEmpty();
            assertThat(key.keyLabel()).isEmpty();
            assertThat(key.keyId()).isEmpty();
            assertThat(key.maxSessions()).isEmpty();
        });
    }

    @Test
    void readsEverything() throws ConfigurationProblemsException {
        ServiceConfig config = ServiceConfig.fromEnvironment(hsm(
                "SIGNING_SERVICE_PORT", "0",
                "SIGNING_SERVICE_MAX_BODY_BYTES", "4294967296",
                "SIGNING_SERVICE_LOG_LEVEL", "debug",
                "SIGNING_SERVICE_CERTIFICATE_ENCODING", "DER",
                "HSM_SLOT_ID", "0xFFFFFFFFFFFFFFFF",
                "HSM_KEY_LABEL", "contracts",
                "HSM_KEY_ID", "0A1b",
                "HSM_MAX_SESSIONS", "8",
                "SIGNING_CERTIFICATE", certificate.toString(),
                "SIGNING_CERTIFICATE_VALIDITY", "warn",
                "SIGNING_CA_CERTIFICATES", issuers + ":" + root));

        assertThat(config.port()).isZero();
        assertThat(config.maxBodyBytes()).isEqualTo(1L << 32);
        assertThat(config.logLevel()).isEqualTo("DEBUG");
        assertThat(config.certificateEncoding()).isEqualTo(CertificateEncoding.DER);
        assertThat(config.certificates())
                .isEqualTo(new CertificateSettings(
                        List.of(TestKey.certificate()),
                        List.of(TestKey.pki().intermediate(), TestKey.pki().root()),
                        false));
        assertThat(config.key()).isInstanceOfSatisfying(KeySettings.Hsm.class, key -> {
            assertThat(key.slotId()).isEqualTo(OptionalLong.of(-1L));
            assertThat(key.keyLabel()).isEqualTo(Optional.of("contracts"));
            assertThat(key.keyId()).isEqualTo(Optional.of("0A1b"));
            assertThat(key.maxSessions()).isEqualTo(OptionalInt.of(8));
        });
    }

    @Test
    void takesAKeyStoreInsteadOfAnHsmAndEmptyVariablesAsAbsent() throws ConfigurationProblemsException {
        ServiceConfig config = ServiceConfig.fromEnvironment(
                keyStore("HSM_MODULE", "", "HSM_PIN", "", "SIGNING_SERVICE_PORT", "", "SIGNING_CERTIFICATE", ""));
        assertThat(config.port()).isEqualTo(6000);
        assertThat(config.key()).isInstanceOfSatisfying(KeySettings.KeyStoreFile.class, key -> {
            assertThat(key.file()).isEqualTo(keyStore);
            assertThat(new String(key.password().characters())).isEqualTo(TestKey.PASSWORD);
        });
    }

    @Test
    void doesNotShowSecretsWhenPrinted() throws ConfigurationProblemsException {
        assertThat(ServiceConfig.fromEnvironment(hsm()).toString()).doesNotContain(PIN);
        assertThat(ServiceConfig.fromEnvironment(keyStore()).toString()).doesNotContain(TestKey.PASSWORD);
    }

    static Stream<Arguments> problems() {
        return Stream.of(
                problem("neither", Map.of(), "No signing key is set"),
                problem(
                        "both",
                        hsm("SIGNING_KEYSTORE", keyStore.toString()),
                        "both are set: HSM_MODULE, HSM_PIN and SIGNING_KEYSTORE"),
                problem("no PIN", Map.of("HSM_MODULE", module.toString()), "HSM_PIN is missing"),
                problem("no module", Map.of("HSM_PIN", PIN), "HSM_MODULE is missing"),
                problem("only a label", Map.of("HSM_KEY_LABEL", "x"), "HSM_MODULE is missing", "HSM_PIN is missing"),
                problem(
                        "module file missing",
                        hsm("HSM_MODULE", "/nowhere/module.so"),
                        "HSM_MODULE names /nowhere/module.so, which is not a readable file"),
                problem("module is a directory", hsm("HSM_MODULE", directory.toString()), "not a readable file"),
                problem("path with a NUL", hsm("HSM_MODULE", "a\0b"), "HSM_MODULE does not hold a path"),
                problem("label and slot", hsm("HSM_TOKEN_LABEL", "a", "HSM_SLOT_ID", "1"), "set one of them"),
                problem("slot not a number", hsm("HSM_SLOT_ID", "one"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot bad hex", hsm("HSM_SLOT_ID", "0x"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot negative", hsm("HSM_SLOT_ID", "-1"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot too large", hsm("HSM_SLOT_ID", "0x10000000000000000"), "HSM_SLOT_ID must be"),
                problem("id not hex", hsm("HSM_KEY_ID", "xy"), "HSM_KEY_ID must be hexadecimal"),
                problem("id odd", hsm("HSM_KEY_ID", "abc"), "HSM_KEY_ID must be hexadecimal"),
                problem(
                        "no sessions",
                        hsm("HSM_MAX_SESSIONS", "0"),
                        "HSM_MAX_SESSIONS must be a number from 1 to 1024"),
                problem("too many sessions", hsm("HSM_MAX_SESSIONS", "5000"), "HSM_MAX_SESSIONS must be"),
                problem("port not a number", hsm("SIGNING_SERVICE_PORT", "http"), "number from 0 to 65535"),
                problem("port too large", hsm("SIGNING_SERVICE_PORT", "65536"), "number from 0 to 65535"),
                problem("port negative", hsm("SIGNING_SERVICE_PORT", "-1"), "number from 0 to 65535"),
                problem("no body", hsm("SIGNING_SERVICE_MAX_BODY_BYTES", "0"), "SIGNING_SERVICE_MAX_BODY_BYTES must"),
                problem("log level", hsm("SIGNING_SERVICE_LOG_LEVEL", "loud"), "SIGNING_SERVICE_LOG_LEVEL must be one"),
                problem("encoding", hsm("SIGNING_SERVICE_CERTIFICATE_ENCODING", "p7b"), "must be pem or der"),
                problem("validity", hsm("SIGNING_CERTIFICATE_VALIDITY", "no"), "must be required or warn"),
                problem("no password", Map.of("SIGNING_KEYSTORE", keyStore.toString()), "_PASSWORD is missing"),
                problem("no key store", Map.of("SIGNING_KEYSTORE_PASSWORD", "x"), "SIGNING_KEYSTORE is missing"),
                problem("key store missing", keyStore("SIGNING_KEYSTORE", "/nowhere.p12"), "names /nowhere.p12"),
                problem("certificate missing", hsm("SIGNING_CERTIFICATE", "/nowhere.pem"), "names /nowhere.pem"),
                problem(
                        "certificate file without one",
                        hsm("SIGNING_CERTIFICATE", noCertificate.toString()),
                        "SIGNING_CERTIFICATE: The file " + noCertificate + " holds no certificate"),
                problem(
                        "one of the CA files missing",
                        hsm("SIGNING_CA_CERTIFICATES", issuers + ":/nowhere.pem"),
                        "SIGNING_CA_CERTIFICATES names /nowhere.pem"),
                problem(
                        "many at once",
                        hsm(
                                "SIGNING_SERVICE_PORT", "x",
                                "HSM_SLOT_ID", "y",
                                "HSM_KEY_ID", "z",
                                "HSM_MODULE", "/nowhere.so",
                                "SIGNING_CERTIFICATE", "/nowhere.pem"),
                        "SIGNING_SERVICE_PORT",
                        "HSM_MODULE",
                        "HSM_SLOT_ID",
                        "HSM_KEY_ID",
                        "SIGNING_CERTIFICATE"));
    }

    private static Arguments problem(String name, Map<String, String> variables, String... expected) {
        return Arguments.argumentSet(name, variables, List.of(expected));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void collectsAllProblems(Map<String, String> variables, List<String> expected) {
        ConfigurationProblemsException problems = catchThrowableOfType(
                ConfigurationProblemsException.class, () -> ServiceConfig.fromEnvironment(variables));

        assertThat(problems.problems())
                .hasSameSizeAs(expected)
                .allSatisfy(sentence -> assertThat(sentence).endsWith(".").doesNotContain("\n", PIN, TestKey.PASSWORD));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(problems.problems().get(i)).contains(expected.get(i));
        }
    }
}
