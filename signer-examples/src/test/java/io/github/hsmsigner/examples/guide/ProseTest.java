package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentences of pages, Javadoc, comments and messages follow {@code docs/contributors/style.md}: its list of terms, and the length of sentences. */
class ProseTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path STYLE = ROOT.resolve("docs/contributors/style.md");
    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", "node_modules");
    private static final int MOST_WORDS = 30;
    private static final int MOST_WORDS_IN_A_CELL = 40;
    private static final Pattern FIRST_WORD = Pattern.compile("^(?:What|Who|Whoever|Those|That which)\\b(?!.*\\?$)");

    /** Terms that are errors, with what to write instead. */
    private final Map<Pattern, String> errors = terms("error");

    /** Reads rows such as {@code | anew, once more | again | error |}. */
    private static Map<Pattern, String> terms(String level) {
        Map<Pattern, String> terms = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(STYLE)) {
            lines.map(line -> line.split("\\s*\\|\\s*"))
                    .filter(cells -> cells.length == 4 && cells[3].equals(level))
                    .forEach(cells -> Stream.of(cells[1].split(", "))
                            .forEach(term -> terms.put(
                                    Pattern.compile("(?i)(?<![\\w-])" + term.replace(" ", "\\s+") + "(?![\\w-])"),
                                    term + " -> " + cells[2])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(terms).hasSizeGreaterThan(5);
        return terms;
    }

    private List<String> problems(List<Prose> sentences) {
        List<String> problems = new ArrayList<>();
        for (Prose sentence : sentences) {
            if (sentence.words() > (sentence.cell() ? MOST_WORDS_IN_A_CELL : MOST_WORDS)) {
                problems.add(sentence.where() + ": " + sentence.words() + " words: " + sentence.text());
            }
            if (FIRST_WORD.matcher(sentence.text()).find()) {
                problems.add(sentence.where() + ": begin with what acts: " + sentence.text());
            }
            errors.forEach((term, instead) -> {
                if (term.matcher(sentence.text()).find()) {
                    problems.add(sentence.where() + ": " + instead + ": " + sentence.text());
                }
            });
        }
        return problems;
    }

    @Test
    void pagesFollowTheStyle() throws IOException {
        List<Prose> sentences = new ArrayList<>();
        for (Path page : files(".md")) {
            if (!page.equals(STYLE)) {
                sentences.addAll(Prose.ofMarkdown(ROOT.relativize(page), Files.readString(page)));
            }
        }
        assertThat(problems(sentences)).isEmpty();
    }

    @Test
    void sourcesFollowTheStyle() throws IOException {
        List<Path> sources = files(".java").stream()
                .filter(file -> file.toString().contains("/src/main/"))
                .toList();
        assertThat(sources).hasSizeGreaterThan(100);
        assertThat(problems(Prose.ofJava(ROOT, sources))).isEmpty();
    }

    /** The outputs of builds are left out before they are read, because another program can change them meanwhile. */
    private static List<Path> files(String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED_FOLDERS.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(suffix)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(found);
        return found;
    }

    @Test
    void aPageIsReadAsItsReadersReadIt() {
        String page =
                "# Title\n\nOne `code here`\nsentence. Two [links](x.md#y).\n\n```sh\nnot read\n```\n- An item\n- Another\n\n"
                        + "| a cell | it is told |\n";
        assertThat(Prose.ofMarkdown(Path.of("p.md"), page).stream().map(Prose::text))
                .containsExactly(
                        "Title", "One X sentence.", "Two [links].", "An item", "Another", "a cell", "it is told");
        assertThat(problems(Prose.ofMarkdown(Path.of("p.md"), page)))
                .singleElement()
                .asString()
                .startsWith("p.md:12: ");
    }

    @Test
    void aSourceIsReadWithItsJavadocCommentsAndMessages(@TempDir Path directory) throws IOException {
        Path source = directory.resolve("A.java");
        Files.writeString(source, """
                /** Reads {@code anew}. What acts <p>Second
                 * @param <T> octets */
                class A<T> {
                    // It goes
                    // on.
                    String a(int n) { return "It is " + n + " too " + "long."; }
                }
                """);
        List<Prose> sentences = Prose.ofJava(directory, List.of(source));
        assertThat(sentences.stream().map(Prose::text))
                .containsExactlyInAnyOrder(
                        "Reads X.", "What acts", "Second", "octets", "It is X too long.", "It goes on.");
        assertThat(problems(sentences)).hasSize(3);
    }

    @Test
    void longSentencesAreFound() {
        String words = "word ".repeat(MOST_WORDS);
        assertThat(problems(Prose.ofMarkdown(Path.of("p.md"), words))).isEmpty();
        assertThat(problems(Prose.ofMarkdown(Path.of("p.md"), words + "word"))).hasSize(1);
        assertThat(problems(Prose.ofMarkdown(Path.of("p.md"), "| " + words + "word |")))
                .isEmpty();
    }
}
