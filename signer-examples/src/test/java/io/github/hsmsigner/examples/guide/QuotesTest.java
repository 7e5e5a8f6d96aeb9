package io.github.hsmsigner.examples.guide;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page quotes only what exists. Each file, setting, variable, metric, command and class in code style is a word of the repository or of
 * a code block of the page. Each quoted message consists of texts of the code.
 */
class QuotesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Names that the repository mentions in its pages only, by owner. */
    private static final Map<String, Set<String>> OTHERS = Map.ofEntries(
            entry(
                    "AWS CloudHSM and AWS IAM",
                    Set.of(
                            "NON_FIPS",
                            "KEY_PAIR",
                            "EniIp",
                            "delete-cluster",
                            "generate-cli-skeleton",
                            "ACTIVE",
                            "INITIALIZED",
                            "UNINITIALIZED",
                            "DescribeClusters",
                            "cluster-1234",
                            "kms",
                            "Decrypt")),
            entry("Document Engine and its Helm chart", Set.of("ACTIVATION_KEY", "certificateTrust", "b-l")),
            entry("the vendor's Node example", Set.of("GLOBALSIGN_", "T2GO_")),
            entry("NSS", Set.of("certPrefix", "configdir", "keyPrefix", "secmod", "sql", "db", "DB")),
            entry("OpenSC", Set.of("Key pair generated:")),
            entry(
                    "JCA: algorithm names, which the provider makes from that of the digest",
                    Set.of(
                            "SHA256withRSAandMGF1",
                            "SHA384withECDSA",
                            "SHA384withRSA",
                            "SHA512withECDSA",
                            "SHA512withRSA")),
            entry(
                    "Libraries that use the JCA provider",
                    Set.of(
                            "CreateSignatureBase",
                            "KeyStoreSignatureTokenConnection",
                            "XMLSignature",
                            "getJCAContext",
                            "setKeyStore")),
            entry("RFC 7292, 7515 and 7578", Set.of("localKeyId", "jku", "x5u", "multipart", "form-data")),
            entry(
                    "Java, Logback and Nimbus",
                    Set.of("javax", "trustStore", "JsonEncoder", "parseFromPEMEncodedObjects")),
            entry("Docker and Kubernetes", Set.of("build-arg")),
            entry("logrotate", Set.of("create 0600 signer signer", "copytruncate", "olddir", "delaycompress")),
            entry(
                    "values of examples",
                    Set.of(
                            "ada",
                            "qualified",
                            "crypto_user",
                            "signer_a",
                            "signer_b",
                            "SEED",
                            "NameOfTest",
                            "another-text-of-32-characters-xy",
                            "torn-000000000001234")));

    /** Programs of others. Their arguments are theirs. */
    private static final Set<String> PROGRAMS = Set.of(
            "aws",
            "aws-cloudhsm",
            "configure-pkcs11",
            "docker",
            "jcmd",
            "journalctl",
            "kubectl",
            "mvn",
            "openssl",
            "ss",
            "ulimit",
            "java");

    private static final Pattern FENCED =
            Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SPAN = Pattern.compile("(?<!`)`([^`\\n]+(?:\\n[^`\\n]+)?)`(?!`)");
    private static final Pattern PATH =
            Pattern.compile("(?<![\\w/.-])(?:\\.\\./)*([\\w.-]+(?:/[\\w.*-]+)+)/?(?![\\w/])");
    private static final Pattern NAME = Pattern.compile("[A-Za-z]\\w*(?:-\\w+)*");
    private static final Pattern VARIABLE = Pattern.compile("\\b(?:SIGNING|HSM)_[A-Z0-9_]*[A-Z0-9]\\b(?!_…)");
    private static final Pattern COMMAND = Pattern.compile("\\bsigner-service ((?:audit )?[a-z][a-z-]+)\\b(?![./])");
    private static final Pattern SETTING = Pattern.compile(
            "(?:server|tokens|keys|access|signatures|audit(?!\\.jsonl)|log)(?:\\.(?:NAME|[a-z-]+)(?:\\[])?)*\\.(?!md|pem|key\\b)[a-z-]+");
    private static final Pattern SECTION = Pattern.compile("^### `([\\w.\\[\\]-]+)`$", Pattern.MULTILINE);
    private static final Pattern VALUE = Pattern.compile("( *)([\\w-]+):.*");
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z-]+)` \\|", Pattern.MULTILINE);

    private static RepositoryText repository;
    private static Set<String> settings;

    @BeforeAll
    static void readRepository() throws IOException {
        repository = RepositoryText.read(ROOT);
        settings = settings(Files.readString(ROOT.resolve("docs/reference/configuration.md")));
        settings.addAll(chartValues(Files.readAllLines(ROOT.resolve("deploy/helm/signer/values.yaml"))));
        assertThat(settings).contains("server.tls.private-key", "tokens.NAME.recovery.drain-limit");
    }

    /** The settings of the generated page, with their sections. */
    private static Set<String> settings(String page) {
        Set<String> names = new HashSet<>();
        List<MatchResult> sections = SECTION.matcher(page).results().toList();
        for (int i = 0; i < sections.size(); i++) {
            String section = sections.get(i).group(1);
            int end = i + 1 < sections.size() ? sections.get(i + 1).start() : page.length();
            names.add(section.replace("[]", ""));
            ROW.matcher(page.substring(sections.get(i).end(), end))
                    .results()
                    .forEach(row -> names.add(section.replace("[]", "") + "." + row.group(1)));
        }
        return names;
    }

    /** The values of the Helm chart, by their indentation. */
    private static Set<String> chartValues(List<String> lines) {
        Set<String> names = new HashSet<>();
        Map<Integer, String> open = new TreeMap<>();
        for (String line : lines) {
            Matcher value = VALUE.matcher(line);
            if (value.matches()) {
                int depth = value.group(1).length();
                open.keySet().removeIf(other -> other >= depth);
                open.put(depth, value.group(2));
                names.add(String.join(".", open.values()));
            }
        }
        return names;
    }

    private static List<String> pages() {
        return repository.paths().stream()
                .filter(path -> path.endsWith(".md") && !path.equals("CHANGELOG.md"))
                .filter(path -> !path.contains("/") || path.matches("(?:docs|deploy|signer-examples)/.*"))
                .sorted()
                .toList();
    }

    /** What a page quotes and does not exist, a line each. */
    private static Set<String> problems(String page) {
        Set<String> problems = new TreeSet<>();
        String text = FENCED.matcher(page).replaceAll("");
        String blocks =
                FENCED.matcher(page).results().map(block -> block.group(2)).collect(Collectors.joining("\n"));
        Set<String> defined = RepositoryText.wordsOf(blocks);
        SPAN.matcher(text)
                .results()
                .map(span -> span.group(1).replaceAll("\\s+", " "))
                .forEach(quote -> check(quote, defined, problems));
        FENCED.matcher(page)
                .results()
                .filter(block -> block.group(1).matches("|text"))
                .forEach(block -> block.group(2)
                        .lines()
                        .filter(line -> isMessage(line) && !isOfOthers(line))
                        .forEach(line -> checkMessage(line, problems)));
        checkNames(page, problems);
        return problems;
    }

    private static void check(String quote, Set<String> defined, Set<String> problems) {
        if (isOfOthers(quote) || quote.contains("/target/")) {
            return;
        }
        if (isMessage(quote)) {
            checkMessage(quote, problems);
        } else if (SETTING.matcher(quote).matches()) {
            String setting = quote.replace("[]", "");
            if (settings.stream().noneMatch(name -> name.equals(setting) || name.startsWith(setting + "."))) {
                problems.add("the setting " + quote);
            }
        } else if (quote.matches("\\*\\w+|\\w+\\*|_\\w+|\\w+_…?")) {
            String part = quote.replaceAll("[*…]", "");
            if (!repository.hasPart(part) && !isOfOthers(part)) {
                problems.add("\"" + quote + "\" is part of no name");
            }
        } else if (!PROGRAMS.contains(quote.split(" ", 2)[0])) {
            names(quote).stream()
                    .filter(name -> !VARIABLE.matcher(name).matches())
                    .filter(name -> !repository.hasWord(name) && !defined.contains(name) && !isOfOthers(name))
                    .forEach(name -> problems.add("\"" + name + "\" in `" + quote + "`"));
        }
    }

    private static void checkMessage(String message, Set<String> problems) {
        List<String> unknown = repository.unknownWords(message);
        if (!unknown.isEmpty()) {
            problems.add("the message \"" + message + "\": no text of the code has " + unknown + " in this place");
        }
    }

    /** A message has several plain words, and is not a command. */
    private static boolean isMessage(String quote) {
        long plainWords = Stream.of(quote.split(" "))
                .filter(word -> word.matches("[a-z]{2,}[.,;:]?"))
                .count();
        return plainWords >= 2
                && quote.split(" ").length >= 3
                && !PROGRAMS.contains(quote.split(" ", 2)[0])
                && !quote.matches(".*(?: --?\\w|=|<!--|[|&${]).*|[\\w.-]*/.*");
    }

    /** Names that are recognized without code style too: also in commands and configuration files of the page. */
    private static void checkNames(String page, Set<String> problems) {
        group(PATH, page).forEach(path -> {
            String folder = path.split("/", 2)[0];
            if (repository.hasPath(folder) && !path.contains("/target") && !repository.hasPath(path)) {
                problems.add("the file " + path);
            }
        });
        group(VARIABLE, page).forEach(variable -> {
            if (!repository.hasWord(variable) && !repository.hasWord(variable.replaceAll("_FILE$", ""))) {
                problems.add("the variable " + variable);
            }
        });
        group(COMMAND, page).forEach(command -> {
            String last = command.substring(command.indexOf(' ') + 1);
            if (!repository.hasWord(last)) {
                problems.add("the command " + command);
            }
        });
    }

    private static List<String> group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results()
                .map(result -> result.groupCount() == 0 ? result.group() : result.group(1))
                .toList();
    }

    /** The names in a quote, of system properties without the option of Java. */
    private static List<String> names(String quote) {
        return group(NAME, quote.replaceAll("(?<!\\w)-D", ""));
    }

    private static boolean isOfOthers(String name) {
        return OTHERS.values().stream().anyMatch(names -> names.contains(name));
    }

    @Test
    void pagesQuoteOnlyWhatExists() throws IOException {
        List<String> problems = new ArrayList<>();
        for (String page : pages()) {
            problems(Files.readString(ROOT.resolve(page))).forEach(problem -> problems.add(page + ": " + problem));
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void theNamesOfOthersAreQuoted() throws IOException {
        Set<String> quoted = new HashSet<>();
        for (String page : pages()) {
            String text = Files.readString(ROOT.resolve(page));
            FENCED.matcher(text)
                    .results()
                    .flatMap(block -> block.group(2).lines())
                    .forEach(quoted::add);
            SPAN.matcher(FENCED.matcher(text).replaceAll("")).results().forEach(span -> {
                quoted.add(span.group(1));
                quoted.addAll(names(span.group(1)));
            });
        }
        assertThat(OTHERS.values().stream().flatMap(Set::stream).filter(name -> !quoted.contains(name)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Set `SIGNING_SERVICE_PROT`.",
                "```sh\nHSM_PINN_FILE=pin java -jar signer-service.jar\n```",
                "Set `server.limits.max-bodies`.",
                "`tokens.NAME.recovery.no-such-limit`",
                "The metric `signer_request_total`",
                "`deploy/prometheus/no-such-alerts.yml`",
                "```sh\nscripts/no-such-script\n```",
                "`signer-service frobnicate`",
                "```sh\nsigner-service audit frobnicate audit.jsonl\n```",
                "`check --no-such-option`",
                "`SigningServiceMachine`",
                "`Token \"hsm\" went on vacation; next attempt in 500 ms.`",
                "```text\nKey \"contracts\" is quite ready to sign.\n```"
            })
    void aQuoteOfWhatDoesNotExistIsFound(String page) {
        assertThat(problems(page)).isNotEmpty();
    }

    @Test
    void quotesOfWhatExistsAreAccepted() {
        assertThat(problems("""
                        `SIGNING_SERVICE_PORT=6000`, `HSM_PIN_FILE`, `SIGNING_SERVICE_…`, `server.limits.max-body`, `max-body: 1MiB`,
                        `tokens.NAME.recovery`, `signer_requests_total{outcome="ok"}`, `deploy/*/signer-alerts.yml`, `scripts/demo --keep`,
                        `signer-service audit verify`, `SigningService.sign`, `aws cloudhsmv2 frobnicate`,
                        `Request 3fa04fba: the client disconnected before it had the response.`

                        ```sh
                        HSM_PIN_FILE=pin signer-service check
                        ```
                        """)).isEmpty();
    }
}
