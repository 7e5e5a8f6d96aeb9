package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    @TempDir
    private Path directory;

    private Map<String, String> keyStore(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private static Console.Result check(Map<String, String> environment) {
        return new Console(environment).run("check");
    }

    private static void assertFinds(Map<String, String> environment, String error, String advice) {
        Console.Result result = check(environment);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors()).isEmpty();
        assertThat(result.output())
                .containsPattern("(?m)^ERROR .*" + error)
                .containsPattern("(?m)^ +-> .*" + advice)
                .contains("The service would not work correctly");
    }

    @Test
    void aServiceThatWorksHasWarningsWithAdvice() {
        Console.Result result = check(keyStore());
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .contains("The service would work: 0 errors, 3 warnings.")
                .containsPattern("(?m)^WARNING +access: ")
                .containsPattern("(?m)^WARNING +tls: ")
                .containsPattern("(?m)^WARNING +audit: ")
                .containsPattern("(?m)^OK +key keystore: A PAdES container has \\d+ bytes")
                .doesNotContain(TestKey.PASSWORD);
    }

    @Test
    void anOldNameOfASettingIsAWarningThatNamesTheNewOne() {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "01");
        Console.Result result = check(Map.of(
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label(),
                "HSM_MAX_SESSIONS", "3",
                "SIGNING_CERTIFICATE",
                        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate())
                                .toString()));
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .containsPattern("(?m)^WARNING +settings: HSM_MAX_SESSIONS is an old name of HSM_MAXIMUM_POOL_SIZE\\.")
                .containsPattern("(?m)^ +-> The next version refuses the old name\\.");
    }

    @Test
    void aDiskWithLessSpaceThanTheReserveIsAWarning() {
        Console.Result result = check(keyStore(
                "SIGNING_AUDIT_FILE",
                directory.resolve("audit.jsonl").toString(),
                "SIGNING_AUDIT_RESERVE",
                "4000000GiB"));
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .containsPattern("(?m)^WARNING +audit: .*bytes free, fewer than the reserve")
                .containsPattern("(?m)^ +-> Free space on the disk");
    }

    @Test
    void limitsThatDoNotFitTheHeapAreAWarning() {
        Console.Result result = check(keyStore("SIGNING_SERVICE_MAX_CONNECTIONS", "1000000"));
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .containsPattern("(?m)^WARNING +server: Clients can make the service use \\d+ MiB of heap")
                .containsPattern("(?m)^ +-> Run check with the options of the virtual machine");
    }

    @Test
    void aConfigurationFileThatIsNestedTooDeeplyIsOneFinding() throws IOException {
        for (String nested :
                List.of("keys: " + "[".repeat(100_000), "- ".repeat(100_000), "a: " + "{b: ".repeat(100_000))) {
            Path file = Files.writeString(directory.resolve("signer.yaml"), nested);
            assertFinds(
                    Map.of("SIGNING_SERVICE_CONFIG", file.toString()),
                    "settings: The file " + file + " nests values more than 16 deep at line 1",
                    "docs/reference/configuration.md");
        }
    }

    /** A key and a user list with the rules, as a file. */
    private Map<String, String> access(String rules) throws IOException {
        String keyStore = "keystore: " + TestKey.writeKeyStore(directory) + ", keystore-password: " + TestKey.PASSWORD;
        String yaml = "keys:\n  first: {" + keyStore + "}\n  second: {" + keyStore + "}\n"
                + "access:\n  policies: [{user-list: {users: [{user: ada}, {user: bob, sign-methods: [simple]}]}}]\n";
        Path file = Files.writeString(directory.resolve("signer.yaml"), yaml + rules);
        return Map.of("SIGNING_SERVICE_CONFIG", file.toString());
    }

    @Test
    void rulesThatCanNeverApplyAreErrors() throws IOException {
        assertFinds(
                access("  callers: {ada: {}, eva: {}}\n"),
                "settings: .*callers \\[eva\\] can never apply, because the policies know only the callers \\[ada, bob\\]",
                "docs/reference/configuration.md");
        assertFinds(
                access("  callers: {ada: {}, bob: {}}\n  others: {}\n  certificates-without-token: false\n"),
                "settings: .*rules for others can never apply",
                "docs/reference/configuration.md");
        assertFinds(
                access("  callers: {ada: {actions: [raw-signature], containers: [cms]}}\n"),
                "settings: .*Container formats have no effect",
                "docs/reference/configuration.md");
        assertFinds(
                access("  certificates-key: third\n"),
                "settings: .*certificates-key",
                "docs/reference/configuration.md");
    }

    @Test
    void rawSigningWithAnotherKeyIsAWarning() throws IOException {
        String rules = "  callers: {ada: {key: first}, bob: {key: second}}\n";
        assertThat(check(access(rules)).output())
                .containsPattern("(?m)^WARNING +access: Requests for certificates without a signing token get 400");
        assertThat(check(access(rules + "  certificates-key: first\n")).output())
                .containsPattern("(?m)^WARNING +access: .*Raw signing with \\[second\\] needs the certificates");
    }

    @Test
    void eachFindingSaysWhatToDo() throws IOException {
        assertFinds(Map.of(), "settings: No signing key is set", "docs/reference/configuration.md");
        assertFinds(keyStore("SIGNING_KEYSTORE_PASSWORD", "wrong"), "key keystore: The password", "The commands");
        Path stranger = TestPki.writePem(
                directory.resolve("stranger.pem"),
                TestKey.pki().certifySigner("Stranger", TestPki.rsaKeyPair(2048).getPublic()));
        assertFinds(
                keyStore("SIGNING_CERTIFICATE", stranger.toString()), "key keystore: None of", "import-certificate");
        Path expired = TestPki.writePem(
                directory.resolve("expired.pem"),
                TestKey.pki()
                        .certifySigner(
                                "Former Signer",
                                TestKey.keyPair().getPublic(),
                                Instant.now().minus(Duration.ofDays(2)),
                                Instant.now().minus(Duration.ofDays(1))));
        assertFinds(
                keyStore("SIGNING_CERTIFICATE", expired.toString()), "key keystore: .* expired on ", "The commands");
        assertFinds(
                keyStore(
                        "SIGNING_AUDIT_FILE",
                        directory.resolve("absent/audit.jsonl").toString()),
                "audit: .*absent, does not exist",
                "The user that the service runs as");
        Path notAModule = Files.writeString(directory.resolve("module.so"), "not a library");
        assertFinds(
                Map.of("HSM_MODULE", notAModule.toString(), "HSM_PIN", "1234"),
                "token hsm: .*module.so",
                "Correct module");
    }

    @Test
    void aCertificateThatSoonExpiresIsToldOf() {
        Path soon = TestPki.writePem(
                directory.resolve("soon.pem"),
                TestKey.pki()
                        .certifySigner(
                                "Late Signer",
                                TestKey.keyPair().getPublic(),
                                Instant.now().minus(Duration.ofDays(2)),
                                Instant.now().plus(Duration.ofDays(10)).plusSeconds(3_600)));
        Console.Result result = check(keyStore("SIGNING_CERTIFICATE", soon.toString()));
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .containsPattern(
                        "(?m)^WARNING +certificate keystore: The certificate of CN=Late Signer expires on .*, in 10 days\\.");
    }

    @Test
    void aWrongPinIsTriedOnce() throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "a", "01");
        String module = SoftHsm.module().toString();
        assertFinds(
                Map.of("HSM_MODULE", module, "HSM_TOKEN_LABEL", token.label(), "HSM_PIN", "999999"),
                "token hsm: ",
                "Correct the PIN");
        Path wrongPin = Files.writeString(directory.resolve("pin"), "999999");
        assertFinds(
                Map.of("HSM_MODULE", module, "HSM_TOKEN_LABEL", token.label(), "HSM_PIN_FILE", wrongPin.toString()),
                "token hsm: ",
                "Correct the PIN in " + wrongPin + " before");
        Console.Result mended =
                check(Map.of("HSM_MODULE", module, "HSM_TOKEN_LABEL", token.label(), "HSM_PIN", token.pin()));
        assertThat(mended.output()).contains("OK       token hsm: Logged in.");
    }

    @Test
    void whatIsWrongWithTheTokenIsToldBesideAKeyThatDoesNotWork() {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "a", "01");
        Console.Result result = check(Map.of(
                "HSM_MODULE", SoftHsm.module().toString(), "HSM_TOKEN_LABEL", token.label(), "HSM_PIN", token.pin()));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output())
                .containsPattern("(?m)^WARNING +token hsm: No certificate on the token belongs to the key");
    }

    @Test
    void programsGetJson() throws IOException {
        Console.Result result = new Console(keyStore("SIGNING_KEYSTORE_PASSWORD", "wrong")).run("check", "--json");
        assertThat(result.exitCode()).isEqualTo(1);
        int errors = 0;
        boolean ok = true;
        try (JsonParser json = new JsonFactory().createParser(result.output())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_FALSE && "ok".equals(json.currentName())) {
                    ok = false;
                }
                if (json.currentToken() == JsonToken.VALUE_STRING
                        && "level".equals(json.currentName())
                        && json.getText().equals("error")) {
                    errors++;
                }
            }
        }
        assertThat(ok).isFalse();
        assertThat(errors).isEqualTo(1);
    }
}
