package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/reference/configuration.md equals the table of settings. {@code -Ddocs.write=true} generates it. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "reference", "configuration.md");

    /** Files that the examples name. */
    private static final Pattern EXAMPLE_FILE =
            Pattern.compile("/(?:etc/signer|run/secrets|opt/cloudhsm/lib)/([a-z0-9_-]+)(\\.[a-z0-9]+)?");

    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static final Pattern DESCRIBED_DEFAULT = Pattern.compile("\\. Default: ([^.]+)(?=\\.|$)");

    /** The settings that an operator needs first. */
    private static final List<String> ESSENTIALS = List.of(
            "tokens.NAME.module",
            "tokens.NAME.pin",
            "tokens.NAME.label",
            "keys.NAME.label",
            "keys.NAME.keystore",
            "keys.NAME.certificate",
            "keys.NAME.ca-certificates",
            "server.port",
            "server.admin.port",
            "server.tls.certificate",
            "server.tls.private-key",
            "access.token-secret",
            "audit.file",
            "signatures.timestamps.addresses",
            "tokens.NAME.maximum-pool-size",
            "log.format");

    private static final String HEAD = """
            # Configuration

            All settings, for operators: environment variables, or a YAML file for several keys, tokens or policies, which
            `SIGNING_SERVICE_CONFIG` names. `ConfigurationPageTest` generates this page.

            ## Essentials

            Most installations need only these. `signer-service check` tests them, and `serve --print-config` shows all
            effective settings.

            ESSENTIALS
            ## Rules

            - The environment overrides the file. An empty variable counts as absent. An empty value in the file is an error.
            - Variables of a token or a key apply to the only token or key of the file. If the file has none, they define a token
              called `hsm` and a key. If it has several, such a variable is an error, unless the file refers to it.
            - Unknown names are errors, in the file and for variables that begin with `HSM_` or `SIGNING_`.
            - All values are text: `pin: 0123` has four characters. Sizes are bytes or have a unit (`64KiB`, `5MiB`, `1GiB`).
              Durations have a unit (`500ms`, `30s`, `5m`, `1h`, `1d`). A list can be one text: files separated by `:`, other values
              by commas or spaces. Relative paths are relative to the working directory.
            - Set `LANG=C.UTF-8` for arguments, variables and paths that are not ASCII.
            - `${NAME}` in a value of the file stands for the environment variable, which must be set. `$${` stands for `${`.
            - The file is one YAML 1.2 document of at most 1 MiB, 16 levels and 20,000 values, without duplicate names and tags
              (`!name`).

            ## Secrets

            Each variable for a secret has a second one with `_FILE`, which names a file with the secret: `HSM_PIN_FILE` instead
            of `HSM_PIN`. Setting both is an error. Secrets are UTF-8. The service removes a leading byte order mark and one final
            line break, and refuses other control characters. In YAML a secret is a text, or

            | form | the secret is |
            | --- | --- |
            | `pin: {file: /run/secrets/pin}` | in the file |
            | `pin: {env: NAME}` | in the environment variable |
            | `pin: {command: [/usr/local/bin/pin, production], timeout: 5s}` | what the program prints; for PINs only. No shell reads the arguments |

            Prefer files, which the service reloads. YAML requires quotes around a text that begins with one of
            ``!&*@%`{[#|>"'`` or has a colon or `#` next to a space.

            ## Examples

            One key on CloudHSM:

            ```sh
            HSM_MODULE=/opt/cloudhsm/lib/libcloudhsm_pkcs11.so
            HSM_PIN_FILE=/run/secrets/pin
            HSM_KEY_LABEL=contracts
            SIGNING_CERTIFICATE=/etc/signer/signer.pem
            SIGNING_CA_CERTIFICATES=/etc/signer/ca.pem
            SIGNING_TOKEN_SECRET_FILE=/run/secrets/signing-token
            SIGNING_AUDIT_FILE=/var/log/signer/audit.jsonl
            ```

            The same in a file, with TLS:

            ```yaml
            tokens:
              cloudhsm:
                module: /opt/cloudhsm/lib/libcloudhsm_pkcs11.so
                pin: {file: /run/secrets/pin}
            keys:
              contracts:
                label: contracts
                certificate: /etc/signer/signer.pem
                ca-certificates: [/etc/signer/ca.pem]
            server:
              tls:
                certificate: /etc/signer/server.pem
                private-key: /run/secrets/server-key
            access:
              token-secret: {file: /run/secrets/signing-token}
            audit:
              file: /var/log/signer/audit.jsonl
            ```

            A key on two tokens, another one for invoices, and a JWT that chooses between them:

            ```yaml
            tokens:
              zone-a:
                module: /opt/cloudhsm/lib/libcloudhsm_pkcs11.so
                pin: {file: /run/secrets/pin}
                label: zone-a
              zone-b:
                module: /opt/cloudhsm/lib/libcloudhsm_pkcs11.so
                pin: {file: /run/secrets/pin}
                label: zone-b
            keys:
              contracts:
                tokens: [zone-a, zone-b]
                label: contracts
              invoices:
                tokens: zone-a
                label: invoices
            access:
              policies:
                - jwt:
                    keys:
                      - public-key: /etc/signer/issuer.pem
                    issuer: https://login.example
                    audience: signer
                    key-claim: department
                    key-by-claim-value: {legal: contracts, sales: invoices}
              callers:
                batch:
                  actions: [container]
                  rate: 100/1m
              others: {}
            ```

            Document Engine with a client certificate:

            ```yaml
            tokens:
              cloudhsm:
                module: /opt/cloudhsm/lib/libcloudhsm_pkcs11.so
                pin: {file: /run/secrets/pin}
            keys:
              contracts: {}
            server:
              tls:
                certificate: /etc/signer/server.pem
                private-key: /run/secrets/server-key
                client-certificates: required
                client-authorities: [/etc/signer/ca.pem]
            access:
              policies:
                - client-certificates:
                    - caller: engine
                      subject: CN=document-engine,O=Example
            ```

            ## Kubernetes

            Kubernetes sets variables for the Services of the namespace, unless the pod has `enableServiceLinks: false`. The
            service ignores those of a Service called `signing-service`, and Document Engine's `SIGNING_SERVICE_URL`. A Service
            called `signing` sets `SIGNING_SERVICE_PORT`, so the service then refuses a port other than 6000.

            """;

    @Test
    void thePageIsMadeFromTheTable() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE))
                .as("docs/reference/configuration.md, which -Ddocs.write=true generates")
                .isEqualTo(page());
    }

    @Test
    void theExamplesCanBeRead(@TempDir Path directory) throws IOException, InvalidSettingsException {
        SettingsFiles files = SettingsFiles.write(directory);
        List<String> examples =
                EXAMPLE.matcher(page()).results().map(match -> match.group(1)).toList();
        assertThat(examples).hasSize(3);
        for (String example : examples) {
            Matcher names = EXAMPLE_FILE.matcher(example);
            String readable = names.replaceAll(name -> Matcher.quoteReplacement(
                    (".pem".equals(name.group(2)) ? files.certificate() : files.secret()).toString()));
            assertThat(SettingsReader.read(files.yaml(readable)).keys()).containsKey("contracts");
        }
    }

    private static String page() {
        StringBuilder page = new StringBuilder(HEAD.replace("ESSENTIALS\n", essentials()));
        page.append("## Variables without a setting in the file\n\n| variable | meaning |\n| --- | --- |\n");
        new TreeMap<>(ServiceSettings.VARIABLES_ONLY)
                .forEach((name, meaning) -> page.append("| `" + name + "` | " + meaning + " |\n"));
        page.append("\n## Settings\n");
        Map<String, String> printed = new HashMap<>();
        ServiceSettings.ROOT.settings().forEach(setting -> section(page, setting, "", printed));
        return page.toString();
    }

    private static String essentials() {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        for (String path : ESSENTIALS) {
            int end = path.lastIndexOf('.');
            Section section = ServiceSettings.ROOT;
            for (String name : path.substring(0, end).replace(".NAME", "").split("\\.")) {
                section = named(section, name).type().inner().orElseThrow();
            }
            sections.computeIfAbsent(path.substring(0, end), above -> new ArrayList<>())
                    .add(variables(named(section, path.substring(end + 1))));
        }
        return sections.entrySet().stream()
                .map(section -> "- [`" + section.getKey() + "`](#"
                        + section.getKey().toLowerCase(Locale.ROOT).replace(".", "") + "): "
                        + String.join(", ", section.getValue()) + "\n")
                .collect(Collectors.joining("", "", "\n"));
    }

    private static Setting<?> named(Section section, String name) {
        return section.settings().stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void section(StringBuilder page, Setting<?> setting, String above, Map<String, String> printed) {
        String path = above + setting.name() + SettingEffects.suffix(setting.type());
        Section section = setting.type().inner().orElseThrow();
        page.append("\n### `" + path + "`\n\n" + sentence(setting.description()) + "\n");
        String table = table(section.settings().stream()
                .filter(row -> row.type().inner().isEmpty())
                .toList());
        String same = printed.putIfAbsent(table, path);
        if (same != null) {
            page.append("The settings are those of `" + same + "`.\n");
        } else if (!table.isEmpty()) {
            page.append("\n" + table);
        }
        section.settings().stream()
                .filter(inner -> inner.type().inner().isPresent())
                .forEach(inner -> section(page, inner, path + ".", printed));
    }

    private static String sentence(String phrase) {
        return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1) + ".";
    }

    private static String oldNames(Setting<?> setting) {
        String names = Stream.concat(setting.oldName().stream(), setting.oldVariable().stream())
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : ". Old names, for this version only: " + names;
    }

    /** Columns without any content are left out. */
    private static String table(List<Setting<?>> settings) {
        Map<String, Function<Setting<?>, String>> columns = new LinkedHashMap<>();
        columns.put("setting", setting -> "`" + setting.name() + "`");
        columns.put("variable", ConfigurationPageTest::variables);
        columns.put("type", ConfigurationPageTest::type);
        columns.put("default", ConfigurationPageTest::defaultValue);
        columns.put("meaning", setting -> meaning(setting) + oldNames(setting));
        columns.values()
                .removeIf(column -> settings.stream()
                        .allMatch(setting -> column.apply(setting).isEmpty()));
        if (columns.isEmpty()) {
            return "";
        }
        return row(columns.keySet().stream())
                + row(columns.keySet().stream().map(column -> "---"))
                + settings.stream()
                        .map(setting -> row(columns.values().stream().map(column -> column.apply(setting))))
                        .collect(Collectors.joining());
    }

    private static String row(Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String variables(Setting<?> setting) {
        return setting.variable().stream()
                .flatMap(name -> setting.type().variables(name).stream())
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "));
    }

    /** The value, or the sentence of the description that describes it. */
    private static String defaultValue(Setting<?> setting) {
        Matcher described = DESCRIBED_DEFAULT.matcher(setting.description());
        return setting.defaultValue()
                .map(text -> "`" + text + "`")
                .or(() -> described.find() ? Optional.of(described.group(1)) : Optional.empty())
                .orElse("");
    }

    private static String meaning(Setting<?> setting) {
        return DESCRIBED_DEFAULT.matcher(setting.description()).replaceFirst("");
    }

    /** The form of a value, in fewer words than a message needs: the examples of forms are under "Rules". */
    private static String type(Setting<?> setting) {
        String type = setting.type().expected().replaceFirst(", such as [^;]*$", "");
        String item = type.replaceFirst("^list, each ", "").replaceFirst("^(?:an?|the|one of) ", "");
        String shorter = item.replaceFirst("^number from (\\S+) to 1000000$", "number ≥ $1")
                .replaceFirst("^duration from (\\S+) to ", "$1 to ")
                .replaceFirst("^number from (\\S+) to ", "$1 to ")
                .replaceFirst("^size in bytes, (?:at least [01]|from 0 to .*)$", "size")
                .replace("size in bytes, from ", "size, ")
                .replace("true or false", "boolean")
                .replace("readable file", "file")
                .replace("http or https address without user and password", "http(s) address")
                .replaceFirst("^unsigned 64-bit number, .*", "number, such as 5 or 0x5")
                .replaceFirst("^(?:1 to 200 printable characters|name of) .*", "name")
                .replaceFirst("^(?:label|serial number|value) of .*|^user's name", "text")
                .replaceFirst("^texts by texts", "map")
                .replaceFirst(
                        "(?: such as /sign| such as 1.2.3.4| of this machine| without a port|"
                                + ", with an even number of digits|, or a command that prints it)$",
                        "");
        return item.length() < type.length() && type.startsWith("list") ? "list: " + shorter : shorter;
    }
}
