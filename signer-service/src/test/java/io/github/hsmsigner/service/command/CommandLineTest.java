package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @TempDir
    private Path directory;

    private final Console console = new Console(Map.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "check",
                "keys",
                "allow-logins",
                "generate-key",
                "request-certificate",
                "import-certificate",
                "sign",
                "audit",
                "audit verify",
                "generate-completion"
            })
    void eachCommandHasHelpThatFitsATerminal(String command) {
        String[] arguments = (command + " --help").split(" ");
        Console.Result help = console.run(arguments);
        assertThat(help.exitCode()).isZero();
        assertThat(help.errors()).isEmpty();
        assertThat(help.output()).startsWith("Usage: signer-service " + command);
        assertThat(help.output().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(console.run("--help").output()).contains(arguments[0]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sing                              | Did you mean: signer-service sign",
                "sign                              | FILE",
                "sign --format xades x             | cms, pades, cades",
                "generate-key --label a            | --id",
                "generate-key --label a --id 01 --type rsa-1024 | rsa-2048, rsa-3072",
                "generate-key --label a --id 01 --subject CN=A | --csr",
                "generate-key --label a --id 01 --csr a.csr | signer-service: Missing required argument(s): --subject=NAME",
                "audit                            | Missing required subcommand",
                "check --jason                     | Unknown option: '--jason'",
                "audit verify                      | FILE is missing, and SIGNING_AUDIT_FILE names no audit log",
                "sign /tmp                         | /tmp is a directory. Name a file."
            })
    void aCommandLineThatCannotWorkIsExplained(String line, String expected) {
        Console.Result refused = console.run(line.strip().split(" "));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).isEmpty();
        assertThat(refused.errors()).startsWith("signer-service: ").contains(expected, "--help");
    }

    @Test
    void filesThatAreNotThereAreNamed() {
        Console withKey = new Console(Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD));
        Path absent = directory.resolve("absent.pdf");
        Console.Result refused = withKey.run("sign", absent.toString());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors()).isEqualToIgnoringNewLines("signer-service: There is no file " + absent + ".");
    }

    @Test
    void signGetsATimestampForCadesWhereAnAuthorityIsConfigured() throws IOException {
        Path file = Files.writeString(directory.resolve("contract"), "contents");
        try (OpenSslTimestampAuthority authority = new OpenSslTimestampAuthority(directory.resolve("tsa"))) {
            Console withAuthority = new Console(Map.of(
                    "SIGNING_KEYSTORE",
                    TestKey.writeKeyStore(directory).toString(),
                    "SIGNING_KEYSTORE_PASSWORD",
                    TestKey.PASSWORD,
                    "SIGNING_TIMESTAMP_ADDRESSES",
                    authority.uri().toString()));
            for (String format : List.of("cades", "pades", "cms")) {
                Console.Result signed = withAuthority.run(
                        "sign",
                        file.toString(),
                        "--format",
                        format,
                        "-o",
                        directory.resolve(format).toString());
                assertThat(signed.exitCode()).as(signed.errors()).isZero();
            }
            assertThat(authority.requests()).as("for cades and pades").isEqualTo(2);
        }
    }

    @Test
    void theAuditLogOfTheSettingsIsVerifiedByDefault() throws IOException {
        Path log = directory.resolve("audit.jsonl");
        Console console = new Console(Map.of("SIGNING_AUDIT_FILE", log.toString()));
        Console.Result absent = console.run("audit", "verify");
        assertThat(absent.exitCode()).isEqualTo(2);
        assertThat(absent.errors())
                .isEqualToIgnoringNewLines("signer-service: The file " + log + " of the audit log does not exist.");
        Files.createFile(log);
        Console.Result empty = console.run("audit", "verify");
        assertThat(empty.exitCode()).isZero();
        assertThat(empty.output()).contains("File " + log, "Intact: 0 lines");
    }

    @Test
    void thePrintedConfigurationHoldsNoSecret() {
        Console withKey = new Console(Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD));
        Console.Result printed = withKey.run("serve", "--print-config");
        assertThat(printed.exitCode()).isZero();
        assertThat(printed.output()).contains("keystore", "****").doesNotContain(TestKey.PASSWORD);
    }

    @Test
    void bashCompletesCommandsAndOptions() throws IOException {
        Path script = directory.resolve("completion.sh");
        Files.writeString(script, console.run("generate-completion").output());
        assertThat(complete(script, "signer-service", "gen")).contains("generate-key", "generate-completion");
        assertThat(complete(script, "signer-service", "generate-key", "--ty")).contains("--type");
        assertThat(complete(script, "signer-service", "generate-key", "--type", "p-"))
                .contains("p-256", "p-521");
    }

    private static String complete(Path script, String... words) {
        return ExternalTool.runOrFail(
                "bash",
                "-c",
                "source " + script + "; COMP_WORDS=(" + String.join(" ", words) + "); COMP_CWORD=" + (words.length - 1)
                        + "; _complete_signer-service; printf '%s\\n' \"${COMPREPLY[@]}\"");
    }
}
