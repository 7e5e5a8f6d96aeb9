package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.command.Main;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that is not ASCII, in a process whose locale has ASCII only. */
@Timeout(60)
class NoLocaleTest {

    private static SoftHsm.Token token;

    @TempDir
    private Path directory;

    @BeforeAll
    static void createToken() {
        token = SoftHsm.newToken();
    }

    /** The shell makes the text, because the locale of this process may be another one. Its variable {@code U} is a letter of UTF-8. */
    private ExternalTool.Result run(String variables, String arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return ExternalTool.run(List.of(
                "sh",
                "-c",
                "unset LANG LC_CTYPE JAVA_TOOL_OPTIONS; export LC_ALL=C; U=$(printf '\\303\\274'); export HSM_MODULE="
                        + SoftHsm.module() + " HSM_TOKEN_LABEL=" + token.label() + " HSM_PIN=" + token.pin() + " "
                        + variables + "; exec \"$0\" -XX:TieredStopAtLevel=1 -cp \"$1\" " + Main.class.getName() + " "
                        + arguments,
                java,
                System.getProperty("java.class.path")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HSM_PIN", "HSM_TOKEN_LABEL", "HSM_KEY_LABEL", "SIGNING_TOKEN_SECRET"})
    void aVariableIsRefusedByItsName(String variable) {
        ExternalTool.Result result = run(variable + "=Schl${U}ssel", "keys");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output())
                .contains("The environment variable " + variable + " has characters", "US-ASCII", "; set LANG=C.UTF-8.")
                .doesNotContain("Schl");
    }

    @Test
    void argumentsAreRefusedBeforeAnythingIsMade() {
        Path request = directory.resolve("request.csr");
        ExternalTool.Result generated = run(
                "X=", "generate-key --label Auftr${U}ge --id 02 --type p-256 --subject CN=M${U}ller --csr " + request);
        assertThat(generated.exitCode()).isEqualTo(2);
        assertThat(generated.output())
                .contains("signer-service: Argument 3 has characters", "signer-service: Argument 9 has characters");
        assertThat(request).doesNotExist();
        ExternalTool.Result signed = run("X=", "sign M${U}ller.pdf");
        assertThat(signed.exitCode()).isEqualTo(2);
        assertThat(signed.output()).contains("Argument 2 has characters");
    }

    @Test
    void aPathInYamlIsRefused() throws IOException {
        Path file = Files.write(
                directory.resolve("settings.yaml"),
                ("tokens: {t: {module: " + SoftHsm.module()
                                + ", pin: {file: /run/Schl\u00fcssel}}}\nkeys: {k: {token: t}}")
                        .getBytes(StandardCharsets.UTF_8));
        ExternalTool.Result result =
                run("HSM_MODULE= HSM_TOKEN_LABEL= HSM_PIN= SIGNING_SERVICE_CONFIG=" + file, "keys");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("does not hold a path that the charset", "LANG=C.UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "HSM_PIN=Schl${U}ssel, '', ERROR, The environment variable HSM_PIN has characters",
        "SIGNING_SERVICE_LOG_FORMAT=json, serve --config M${U}ller.yaml, '\"level\":\"ERROR\"', Argument 3 has characters",
        "SIGNING_SERVICE_CONFIG=M${U}ller.yaml, serve, ERROR, The environment variable SIGNING_SERVICE_CONFIG has"
    })
    void serveLogsTheRefusal(String variables, String arguments, String level, String problem) {
        ExternalTool.Result result = run(variables, arguments);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output().lines())
                .anyMatch(line -> line.contains(level) && line.contains("The service could not start: " + problem))
                .anyMatch(line -> line.startsWith("signer-service: " + problem));
    }

    @Test
    void variablesThatYamlRefersToAreRefusedByTheirPlace() throws IOException {
        Path file = Files.writeString(directory.resolve("settings.yaml"), """
                tokens:
                  a: {module: %1$s, label: "${MY_LABEL}", pin: "${MY_PIN}"}
                  b: {module: %1$s, label: "for ${MY_LABEL}", pin: {env: MY_PIN}}
                keys: {k: {tokens: a}, l: {tokens: b}}
                """.formatted(SoftHsm.module()));
        ExternalTool.Result result = run(
                "MY_LABEL=Auftr${U}ge MY_PIN=Schl${U}ssel HSM_MODULE= HSM_TOKEN_LABEL= HSM_PIN= SIGNING_SERVICE_CONFIG="
                        + file,
                "keys");
        String lost = " has characters that the charset of the locale (US-ASCII) cannot decode; set LANG=C.UTF-8";
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output())
                .contains(
                        "tokens.a.label (line 2) refers to the environment variable MY_LABEL, which" + lost,
                        "tokens.a.pin (line 2) refers to the environment variable MY_PIN, which" + lost,
                        "tokens.b.label (line 3) refers to an environment variable that" + lost,
                        "env in tokens.b.pin (line 3) names an environment variable that" + lost)
                .doesNotContain("Schl", "Auftr");
    }

    @Test
    void aPinCommandIsRefusedIfItsProgramWouldGetOtherText() throws IOException {
        Path file = Files.writeString(directory.resolve("settings.yaml"), """
                tokens:
                  a: {module: %1$s, pin: {command: [printf, "%%s", Schl\u00fcssel]}}
                  b: {module: %1$s, pin: {command: [/run/schl\u00fcssel]}}
                  c: {module: %1$s, pin: {command: [sh, -c, "printf \u5bc6\u7801"]}}
                keys: {k: {tokens: a}, l: {tokens: b}, m: {tokens: c}}
                """.formatted(SoftHsm.module()));
        ExternalTool.Result result =
                run("HSM_MODULE= HSM_TOKEN_LABEL= HSM_PIN= SIGNING_SERVICE_CONFIG=" + file, "keys");
        String lost = " has characters that the charset of the locale (US-ASCII) cannot encode; set LANG=C.UTF-8.";
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output())
                .contains(
                        "tokens.a.pin (line 2): Part 3 of the PIN command" + lost,
                        "tokens.b.pin (line 3): Part 1 of the PIN command" + lost,
                        "tokens.c.pin (line 4): Part 3 of the PIN command" + lost)
                .doesNotContain("ssel");
    }
}
