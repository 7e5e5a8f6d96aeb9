package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * All pages: links inside the repository lead somewhere, commands are run by a test or say why not, and Mermaid diagrams have the shape of
 * one. {@code scripts/check-docs} has Mermaid's own parser read the diagrams, where npm is at hand.
 */
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Pages that tests make and compare as a whole. */
    private static final Set<Path> MADE_FROM_CODE = Set.of(
            Path.of("docs", "reference", "configuration.md"), Path.of("docs", "troubleshooting", "pkcs11-errors.md"));

    private static final Pattern FENCED = Pattern.compile("^```.*?^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern COMMANDS = Pattern.compile("^(.*)\\n```sh$", Pattern.MULTILINE);
    private static final Pattern MARK = Pattern.compile("<!-- (?:all commands: )?(run|not run): (.+) -->");
    private static final Pattern MARK_OF_PAGE = Pattern.compile("^<!-- all commands: .+ -->$", Pattern.MULTILINE);
    private static final Pattern DIAGRAM =
            Pattern.compile("^```mermaid\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FIRST_LINE = Pattern.compile("(flowchart (LR|TB|TD)|sequenceDiagram|stateDiagram-v2)");

    /** The first line of a part of a diagram that a line {@code end} closes. */
    private static final Pattern BLOCK = Pattern.compile("^ *(?:subgraph|alt|opt|loop|par) ");

    private static final Pattern CLASS = Pattern.compile("`((?:[a-z0-9]+\\.)*[A-Z][a-z0-9]\\w*)`");

    /** Classes of the JDK and of libraries that the decisions name. */
    private static final Set<String> OF_LIBRARIES = Set.of(
            "ContentSigner",
            "DefaultJOSEProcessor",
            "DefaultJWTClaimsVerifier",
            "EdECPrivateKey",
            "GracefulHandler",
            "HttpURLConnection",
            "JsonEncoder",
            "KeyStore",
            "ServerConnector",
            "ServiceLoader",
            "StackOverflowError",
            "Throwable");

    /** The published modules with code: those of the BOM. */
    private static final List<String> MODULES = Pattern.compile(
                    "<artifactId>(signer-(?!bom|parent)[a-z0-9-]+)</artifactId>")
            .matcher(read(ROOT.resolve("signer-bom").resolve("pom.xml")))
            .results()
            .map(module -> module.group(1))
            .toList();

    private static final Map<Path, String> PAGES = new HashMap<>();

    @BeforeAll
    static void readPages() throws IOException {
        try (Stream<Path> files = Stream.of("", "docs", "deploy", "signer-examples")
                .map(ROOT::resolve)
                .flatMap(folder -> walk(folder, folder.equals(ROOT) ? 1 : 6))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                    .forEach(file -> PAGES.put(ROOT.relativize(file), read(file)));
        }
        assertThat(PAGES).hasSizeGreaterThan(10);
    }

    private static Stream<Path> walk(Path folder, int depth) {
        try {
            return Files.walk(folder, depth);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The anchors that GitHub gives the headings of a page. */
    private static Set<String> anchors(String page) {
        Set<String> anchors = new HashSet<>();
        Matcher heading = HEADING.matcher(FENCED.matcher(page).replaceAll(""));
        while (heading.find()) {
            String anchor = heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            for (int i = 1; !anchors.add(i == 1 ? anchor : anchor + "-" + (i - 1)); i++) {
                assertThat(i).isLessThan(100);
            }
        }
        return anchors;
    }

    private static boolean leadsSomewhere(Path page, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? ROOT.resolve(page)
                : ROOT.resolve(page).resolveSibling(parts[0]).normalize();
        if (!file.startsWith(ROOT) || !Files.exists(file)) {
            return false;
        }
        return parts.length == 1 || anchors(read(file)).contains(parts[1]);
    }

    @Test
    void noLinkInsideTheRepositoryIsDead() {
        List<String> dead = new ArrayList<>();
        PAGES.forEach((page, text) -> LINK.matcher(FENCED.matcher(text).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.matches("(https?|mailto):.*"))
                .filter(target -> !leadsSomewhere(page, target))
                .forEach(target -> dead.add(page + ": " + target)));
        assertThat(dead).isEmpty();
    }

    @Test
    void aDeadLinkIsFound() {
        Path page = Path.of("README.md");
        assertThat(leadsSomewhere(page, "docs/contributors/architecture.md#packages"))
                .isTrue();
        assertThat(leadsSomewhere(page, "docs/contributors/architecture.md#indecision"))
                .isFalse();
        assertThat(leadsSomewhere(page, "docs/nowhere.md")).isFalse();
    }

    @Test
    void commandsAreRunByATestOrSayWhyNot() throws IOException {
        Set<String> tests = new HashSet<>();
        try (Stream<Path> files = Stream.concat(MODULES.stream(), Stream.of("signer-examples"))
                .flatMap(module -> walk(ROOT.resolve(module).resolve("src/test/java"), Integer.MAX_VALUE))) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .forEach(name -> tests.add(name.replace(".java", "")));
        }
        List<String> wrong = new ArrayList<>();
        PAGES.forEach((page, text) -> {
            if (!MADE_FROM_CODE.contains(page)) {
                Matcher markOfPage = MARK_OF_PAGE.matcher(text);
                Stream<String> marks = markOfPage.find()
                        ? Stream.of(markOfPage.group())
                        : COMMANDS.matcher(text).results().map(block -> block.group(1));
                marks.forEach(line -> {
                    Matcher mark = MARK.matcher(line);
                    if (!mark.matches()
                            || mark.group(1).equals("run")
                                    && !tests.contains(mark.group(2))
                                    && !Files.isExecutable(ROOT.resolve(mark.group(2)))) {
                        wrong.add(page + ": " + line);
                    }
                });
            }
        });
        assertThat(wrong)
                .as(
                        "lines before a block of commands that should be like <!-- run: NameOfTest --> or <!-- not run: why -->")
                .isEmpty();
    }

    @Test
    void diagramsHaveTheShapeOfOne() {
        int diagrams = 0;
        for (Map.Entry<Path, String> page : PAGES.entrySet()) {
            for (String diagram : DIAGRAM.matcher(page.getValue())
                    .results()
                    .map(match -> match.group(1))
                    .toList()) {
                diagrams++;
                assertThat(diagram.lines().findFirst().orElse(""))
                        .as(page.getKey().toString())
                        .matches(FIRST_LINE);
                assertThat(diagram.lines()
                                .filter(line -> BLOCK.matcher(line).find())
                                .count())
                        .as("blocks of %s", page.getKey())
                        .isEqualTo(diagram.lines()
                                .filter(line -> line.strip().equals("end"))
                                .count());
                for (String line : diagram.lines().toList()) {
                    String unquoted = line.replaceAll("\"[^\"]*\"", "");
                    assertThat(unquoted).as(page.getKey().toString()).doesNotContain("\"");
                    for (String pair : List.of("[]", "()", "{}")) {
                        assertThat(unquoted.chars()
                                        .filter(c -> c == pair.charAt(0))
                                        .count())
                                .as("%s: %s", page.getKey(), line)
                                .isEqualTo(unquoted.chars()
                                        .filter(c -> c == pair.charAt(1))
                                        .count());
                    }
                }
            }
        }
        assertThat(diagrams).isPositive();
    }

    private static Set<String> classes(String folder, List<String> modules) {
        Set<String> classes = new HashSet<>();
        for (String module : modules) {
            Path sources = ROOT.resolve(module).resolve(folder).resolve("io/github/hsmsigner");
            walk(sources, Integer.MAX_VALUE)
                    .map(file -> sources.relativize(file).toString())
                    .filter(file -> file.endsWith(".java"))
                    .forEach(file -> classes.add("." + file.replace(".java", "").replace('/', '.')));
        }
        return classes;
    }

    private static List<String> namedClasses(String text) {
        return CLASS.matcher(text)
                .results()
                .map(result -> "." + result.group(1))
                .toList();
    }

    /** The page of the architecture says where to find each behaviour, and a class that is renamed must not stay there. */
    @Test
    void theClassesOfTheArchitecturePageExist() {
        String table = PAGES.get(Path.of("docs", "contributors", "architecture.md"))
                .split("## Where to find the code\n", 2)[1]
                .split("\n## ", 2)[0];
        Set<String> classes = classes("src/main/java", MODULES);
        assertThat(namedClasses(table))
                .hasSizeGreaterThan(50)
                .allSatisfy(name -> assertThat(classes).anyMatch(existing -> existing.endsWith(name)));
    }

    @Test
    void theClassesOfTheDecisionsAndOfTheEvidenceExist() {
        Set<String> classes = classes("src/main/java", MODULES);
        classes.addAll(classes("src/test/java", MODULES));
        List<String> unknown = new ArrayList<>();
        PAGES.forEach((page, text) -> {
            if (page.startsWith(Path.of("docs", "decisions"))
                    || page.equals(Path.of("docs", "contributors", "architecture.md"))
                    || page.equals(Path.of("docs", "contributors", "test-evidence.md"))
                    || page.equals(Path.of("docs", "reference", "compatibility.md"))) {
                namedClasses(text).stream()
                        .filter(name -> !OF_LIBRARIES.contains(name.substring(1)))
                        .filter(name -> classes.stream().noneMatch(existing -> existing.endsWith(name)))
                        .forEach(name -> unknown.add(page + ": " + name));
            }
        });
        assertThat(unknown).isEmpty();
    }

    @Test
    void decisionsAreShortAndListed() {
        String list = PAGES.get(Path.of("docs", "decisions", "README.md"));
        List<Path> decisions = PAGES.keySet().stream()
                .filter(page -> page.startsWith(Path.of("docs", "decisions")) && !page.endsWith("README.md"))
                .toList();
        assertThat(decisions).hasSizeGreaterThan(40).allSatisfy(page -> {
            String text = PAGES.get(page);
            assertThat(text).contains("\nStatus: ", "\n**Context**: ", "\n**Decision**: ", "\n**Consequences**: ");
            assertThat(text.split("\\s+")).hasSizeLessThanOrEqualTo(100);
            assertThat(list)
                    .contains("](" + page.getFileName() + ") "
                            + text.lines().findFirst().orElse("").substring(2));
        });
    }
}
