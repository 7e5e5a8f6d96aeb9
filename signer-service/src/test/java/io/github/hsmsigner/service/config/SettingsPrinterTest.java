package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.Property;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsPrinterTest {

    @TempDir
    private static Path directory;

    private static SettingsFiles files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = SettingsFiles.write(directory);
    }

    @Test
    void saysWhereEachValueIsFrom() throws InvalidSettingsException {
        String printed = SettingsPrinter.print(files.yaml(
                "log: {level: warn}\ntokens: {main: {module: @module.so}}\nkeys:\n  seal: {}\n",
                "HSM_PIN",
                SettingsFiles.PIN,
                "SIGNING_SERVICE_PORT",
                "7000",
                "SIGNING_TOKEN_SECRET_FILE",
                files.secret().toString()));
        assertThat(printed)
                .contains(
                        "  port: 7000  # SIGNING_SERVICE_PORT\n",
                        "  path: /sign  # default\n",
                        "  level: warn  # line 1\n",
                        "    module: " + files.module() + "  # line 2\n",
                        "    pin: \"****\"  # HSM_PIN\n",
                        "    # serial: not set\n",
                        "  # tls: not set\n",
                        "  seal: {}\n",
                        "  token-secret: {file: " + files.secret() + "}  # SIGNING_TOKEN_SECRET_FILE\n")
                .doesNotContain(SettingsFiles.PIN, SettingsFiles.SECRET);
    }

    /** Some modules take a password there. */
    @ParameterizedTest
    @ValueSource(strings = {"password=", "configdir='/db' password=", ""})
    void masksTheParametersOfTheModule(String before) throws InvalidSettingsException {
        String settings = "tokens: {main: {module: @module.so, pin: {file: @pin}}}\nkeys:\n  seal: {}\n";
        String inFile = settings.replace("pin:", "initialize-parameters: \"" + before + "hunter2\", pin:");
        for (String printed : List.of(
                SettingsPrinter.print(files.yaml(settings, "HSM_INITIALIZE_PARAMETERS", before + "hunter2")),
                SettingsPrinter.print(files.yaml(inFile)))) {
            assertThat(printed)
                    .contains("    initialize-parameters: \"****\"  # ")
                    .doesNotContain("hunter2", "configdir");
        }
    }

    @Test
    void namesEachSettingThatIsThere() throws InvalidSettingsException {
        String printed = SettingsPrinter.print(files.hsm());
        for (Setting<?> setting : ServiceSettings.ROOT.settings()) {
            assertThat(printed).containsPattern("(?m)^(# )?" + setting.name() + ":");
        }
        for (Setting<?> setting : TokenSettings.SECTION.settings()) {
            assertThat(printed).containsPattern("(?m)^    (# )?" + setting.name() + ":");
        }
    }

    @Test
    void whatIsPrintedMeansTheSame() {
        Property.holds(300, random -> {
            Map<String, String> variables = files.yaml(randomSettings(random), "HSM_MAXIMUM_POOL_SIZE", "5");
            ServiceSettings settings = SettingsReader.read(variables);
            String printed = SettingsPrinter.print(variables);

            assertThat(printed).doesNotContain("SECRET");
            assertThat(SettingsReader.read(files.yaml(printed.replace("\"****\"", "SECRET-0123456789abcdef"))))
                    .as(printed)
                    .usingRecursiveComparison()
                    .ignoringFieldsOfTypes(Clock.class)
                    // The name of a PIN's source has the number of its line.
                    .ignoringFieldsMatchingRegexes(".*\\.pin\\.description")
                    .isEqualTo(settings);
        });
    }

    private static String randomSettings(RandomGenerator random) {
        List<String> lines = new ArrayList<>();
        lines.add("tokens:\n  main:\n    module: @module.so");
        lines.add("    pin: "
                + Property.oneOf(
                        random,
                        "SECRET-0123456789abcdef",
                        "{file: @pin}",
                        "{command: [/bin/cat, SECRET-0123456789abcdef], timeout: 3s}",
                        "{command: [/bin/true]}"));
        some(random, lines, "    label: \"a \\\"quoted\\\" \\u00e9 # $${x} label\"");
        some(random, lines, "    initialize-parameters: SECRET-0123456789abcdef");
        some(random, lines, "    recovery: {failures-to-open: 3, drain-limit: 1m}");
        some(random, lines, "    login-on-final-try: true");
        lines.add("keys:\n  seal:\n    label: null-and-void");
        some(random, lines, "    rsa-scheme: pss");
        some(random, lines, "    ca-certificates: [@root.pem, @issuers.pem]");
        lines.add("  \"other key: 2\": {label: 'null'}");
        lines.add("server:\n  port: " + random.nextInt(65_536));
        some(random, lines, "  tls: {certificate: @signer.pem, private-key: @signer.pem}");
        some(random, lines, "  admin: {port: 0}");
        some(random, lines, "  limits: {max-body: 5MiB, idle-timeout: 2s}");
        some(random, lines, "log: {format: json, level: debug}");
        some(
                random,
                lines,
                "signatures: {deadline: 3s, timestamps: {addresses: [http://a.example/, http://b.example/]}}");
        some(random, lines, "audit: {file: ./audit.jsonl}");
        lines.add(Property.oneOf(
                random,
                "",
                "access: {others: {keys: ['other key: 2', seal], rate: 5/1h}}",
                "access: {token-secret: SECRET-0123456789abcdef, callers: {document-engine: {}}}",
                "access: {policies: [{open: true}]}",
                "access: {policies: [{user-list: {users: [{user: 'a b'}], key-by-sign-method: {'x: y': seal}}}], others: {}}",
                "access: {policies: [{jwt: {keys: [{public-key: @signer.pem}, {secret: {file: @secret}}],"
                        + " audience: me}}, {shared-secrets: [{caller: e, secret: {file: @secret}}]}]}"));
        return String.join("\n", lines) + "\n";
    }

    private static void some(RandomGenerator random, List<String> lines, String line) {
        if (random.nextBoolean()) {
            lines.add(line);
        }
    }
}
