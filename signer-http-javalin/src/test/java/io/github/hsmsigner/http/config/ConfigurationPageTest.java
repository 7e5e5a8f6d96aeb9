package io.github.hsmsigner.http.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md says what the table of settings says. With {@code -Ddocs.write=true} it is written anew. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    /** Files that the examples name. */
    private static final Pattern EXAMPLE_FILE =
            Pattern.compile("/(?:etc/signer|run/secrets|opt/cloudhsm/lib)/([a-z0-9_-]+)(\\.[a-z0-9]+)?");

    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static final String HEAD = """
            # Configuration

            The service is set up by environment variables, which are enough for one key, and by a file in YAML for more: several keys, tokens
            and policies. `SIGNING_SERVICE_CONFIG` names the file.

            The tables below are made from the code, and a test keeps them equal. Do not edit this page; change the readers in
            `io.github.hsmsigner.http.config` or the test, and then

            ```sh
            mvn -pl signer-http-javalin -am test -Dtest=ConfigurationPageTest -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false
            ```

            ## Rules

            - Where both the environment and the file set the same, the environment counts. An empty variable counts as absent; an empty
              value in the file is an error.
            - Variables about a token or a key are about the only one of the file. If the file has none, they make a token called `hsm` and
              a key. If it has several, such a variable is an error, unless the file refers to it.
            - One round reports everything that is wrong, a sentence each, with the variable, or the setting and its line. Problems of a token and the keys
              on it follow in a second round, because a login with other settings wrong could count as a wrong PIN. Names that are not
              known are errors, in the file and for variables that begin with `HSM_` or `SIGNING_`. No message shows a secret.
            - All values are read as they are written: `pin: 0123` is four characters. Sizes are bytes or have a unit (`64KiB`, `5MiB`, `1GiB`);
              durations have one (`500ms`, `30s`, `5m`, `1h`, `1d`). A list may be written as one text: files separated by `:`, others by
              commas or spaces. Relative paths are relative to the working directory.
            - Java decodes arguments, variables and paths with the charset of the locale. Set `LANG=C.UTF-8` for text that is not ASCII; the image
              and the systemd unit do. Text that cannot be decoded is refused at startup.
            - `${NAME}` in a value of the file stands for the environment variable, which must be set. `$${` stands for `${` itself.
            - The file is YAML 1.2, one document, of 1 MiB, 16 levels and 20,000 values at most. Names that come twice and tags (`!name`) are errors.

            ## Secrets

            A variable for a secret has a companion with `_FILE`, which names a file that holds it: `HSM_PIN_FILE` instead of `HSM_PIN`.
            Setting both is an error. Secrets are text in UTF-8. The service removes a byte order mark at the start and one line break at the end.
            It refuses further line breaks, control characters and U+FFFD at startup, before any login. In YAML a secret is a text, or

            | form | the secret is |
            | --- | --- |
            | `pin: {file: /run/secrets/pin}` | in the file |
            | `pin: {env: NAME}` | in the environment variable |
            | `pin: {command: [/usr/local/bin/pin, production], timeout: 5s}` | what the program prints; for PINs only. No shell reads the arguments |

            Prefer files: they can be replaced while the service runs, and a variable can be seen by whoever may look at the process. A text that
            begins with one of ``! & * @ % ` { [ # | > " '`` or has a colon or `#` beside a space must be in quotes, as YAML wants.

            ## Examples

            One key on CloudHSM needs no file:

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
              file: /var/lib/signer/audit.jsonl
            ```

            A key that two tokens hold, another key for invoices, and a JWT that chooses between them:

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

            Kubernetes gives each process variables about the Services of the namespace. For a Service called `signing-service` these look like
            our own. Those with `_SERVICE_HOST`, `_SERVICE_PORT` and `_PORT_6000_TCP` in their names are passed over, and so is
            `SIGNING_SERVICE_PORT=tcp://10.0.0.1:6000`. A Service called `signing` sets `SIGNING_SERVICE_PORT` to its own port; that
            is refused if it is not 6000, as nothing tells which port is meant. `enableServiceLinks: false` in the pod's specification avoids all of
            that. `SIGNING_SERVICE_URL`, which is Document Engine's, is passed over too.

            """;

    @Test
    void thePageIsMadeFromTheTable() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE))
                .as("docs/configuration.md, which -Ddocs.write=true writes anew")
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
        StringBuilder page = new StringBuilder(HEAD);
        page.append("## Variables without a place in the file\n\n| variable | meaning |\n| --- | --- |\n");
        new TreeMap<>(SettingsTable.VARIABLES_ONLY)
                .forEach((name, meaning) -> page.append("| `" + name + "` | " + meaning + " |\n"));
        page.append("\n## Settings\n");
        SettingsTable.ROOT.settings().forEach(setting -> section(page, setting, ""));
        return page.toString();
    }

    private static void section(StringBuilder page, Setting<?> setting, String above) {
        String path = above + setting.name() + SettingEffects.suffix(setting.shape());
        Section section = SettingsTable.section(setting.shape()).orElseThrow();
        page.append("\n### `" + path + "`\n\n" + sentence(setting.meaning()) + "\n\n");
        List<Setting<?>> rows = section.settings().stream()
                .filter(row -> SettingsTable.section(row.shape()).isEmpty())
                .toList();
        if (!rows.isEmpty()) {
            page.append("| setting | variable | default | value | meaning |\n| --- | --- | --- | --- | --- |\n");
            rows.forEach(row -> page.append(row(row)));
        }
        String rest = section.settings().stream()
                .filter(inner -> SettingsTable.section(inner.shape()).isPresent())
                .map(inner -> "`" + inner.name() + "`")
                .collect(Collectors.joining(", "));
        if (!rest.isEmpty()) {
            page.append((rows.isEmpty() ? "" : "\n") + "Further settings below: " + rest + ".\n");
        }
        section.settings().stream()
                .filter(inner -> SettingsTable.section(inner.shape()).isPresent())
                .forEach(inner -> section(page, inner, path + "."));
    }

    private static String sentence(String phrase) {
        return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1) + ".";
    }

    private static String oldNames(Setting<?> setting) {
        String names = Stream.concat(setting.oldName().stream(), setting.oldVariable().stream())
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : ". Old names, which work in this version only: " + names;
    }

    private static String row(Setting<?> setting) {
        Optional<String> variables = setting.variable()
                .map(name -> setting.shape().variables(name).stream()
                        .map(each -> "`" + each + "`")
                        .collect(Collectors.joining(", ")));
        String value = setting.shape().expected();
        return "| `" + setting.name() + "` | " + variables.orElse("") + " | "
                + setting.byDefault().map(text -> "`" + text + "`").orElse("") + " | " + value + " | "
                + setting.meaning() + oldNames(setting) + " |\n";
    }
}
