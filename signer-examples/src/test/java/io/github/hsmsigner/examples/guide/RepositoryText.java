package io.github.hsmsigner.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names and texts of the repository outside its pages, to which pages refer: files, words, and messages. Of the tests, only their
 * names and their system properties count, because a test can mention a name that must not exist.
 */
final class RepositoryText {

    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", "node_modules");
    private static final Pattern DATA = Pattern.compile("signer-benchmarks/results/.*|.*/src/fuzz/.*|.*\\.md");
    private static final Pattern TEXT_FILE = Pattern.compile(
            "[^.]*|.*\\.(?:java|ya?ml|xml|json|properties|conf|env|service|sh|tpl|css|js|html|txt|template|example|1|mjs|py)");
    private static final Pattern PROPERTY = Pattern.compile("\\bget(?:Property|Boolean|Integer|Long)\\(\"([^\"]+)\"");
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern COMPOUND = Pattern.compile("\\w+(?:-\\w+)+");
    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern LITERAL =
            Pattern.compile("\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"", Pattern.DOTALL);
    private static final Pattern HOLE = Pattern.compile("\\{\\}|%[sdn]|\\R");
    private static final Pattern PUNCTUATION = Pattern.compile("^[\"'(\\[]+|[\"'.,;:!?)\\]]+$");

    /** In place of a value in quotes. */
    private static final String VALUE = "\"";

    private final Path root;
    private final Set<String> paths = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private final Set<String> pairs = new HashSet<>();
    private final Set<String> singles = new HashSet<>();

    private RepositoryText(Path root) {
        this.root = root;
    }

    static RepositoryText read(Path root) {
        RepositoryText text = new RepositoryText(root);
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    if (SKIPPED_FOLDERS.contains(folder.getFileName().toString())) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    text.paths.add(root.relativize(folder).toString());
                    text.words.addAll(wordsOf(folder.getFileName().toString()));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    text.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text;
    }

    private void add(Path file) throws IOException {
        String path = root.relativize(file).toString();
        String name = file.getFileName().toString();
        paths.add(path);
        words.addAll(wordsOf(name));
        if (DATA.matcher(path).matches() || !TEXT_FILE.matcher(name).matches()) {
            return;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        if (path.contains("src/test/")) {
            PROPERTY.matcher(text).results().forEach(property -> words.addAll(wordsOf(property.group(1))));
            return;
        }
        words.addAll(wordsOf(text));
        if (!path.endsWith(".java")) {
            addMessage(text);
            return;
        }
        // A constant FOO_BAR is foo_bar in protocols, logs and metrics, and foo-bar in settings.
        WORD.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(word -> word.equals(word.toUpperCase(Locale.ROOT)))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .forEach(word -> words.addAll(List.of(word, word.replace('_', '-'))));
        Matcher literal = LITERAL.matcher(CONCATENATION.matcher(text).replaceAll(""));
        while (literal.find()) {
            addMessage((literal.group(1) == null ? literal.group(2) : literal.group(1))
                    .replace("\\\"", "\"")
                    .replace("\\n", "\n"));
        }
    }

    private void addMessage(String message) {
        for (String part : HOLE.split(message)) {
            List<String> spoken = spoken(part);
            if (spoken.size() == 1) {
                singles.add(spoken.get(0));
            }
            for (int i = 1; i < spoken.size(); i++) {
                pairs.add(spoken.get(i - 1) + " " + spoken.get(i));
            }
        }
    }

    private static List<String> spoken(String text) {
        return Stream.of(text.strip().split("\\s+"))
                .map(word -> word.matches("[(\\[]*\"\\w.*")
                        ? VALUE
                        : PUNCTUATION.matcher(word).replaceAll(""))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The words of a text, and those that hyphens join. */
    static Set<String> wordsOf(String text) {
        Set<String> found = new HashSet<>();
        WORD.matcher(text).results().forEach(word -> found.add(word.group()));
        COMPOUND.matcher(text).results().forEach(word -> found.add(word.group()));
        return found;
    }

    boolean hasWord(String word) {
        return words.contains(word);
    }

    /** Whether a word begins or ends with a text. */
    boolean hasPart(String part) {
        return words.stream().anyMatch(word -> word.startsWith(part) || word.endsWith(part));
    }

    /** Whether there is such a file or folder; {@code *} stands for any name. */
    boolean hasPath(String path) {
        if (!path.contains("*")) {
            return paths.contains(path);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + path);
        return paths.stream().anyMatch(existing -> matcher.matches(Path.of(existing)));
    }

    Collection<String> paths() {
        return paths;
    }

    /**
     * Returns the plain words of a quoted message that stand next to no neighbour as they do in a text of the repository. Values in the
     * message are not plain words: they have digits, capitals or signs.
     */
    List<String> unknownWords(String message) {
        List<String> spoken = spoken(message);
        List<String> unknown = new ArrayList<>();
        for (int i = 0; i < spoken.size(); i++) {
            String word = spoken.get(i);
            boolean known = !word.matches("[a-z]+")
                    || i > 0 && pairs.contains(spoken.get(i - 1) + " " + word)
                    || i + 1 < spoken.size() && pairs.contains(word + " " + spoken.get(i + 1))
                    || singles.contains(word);
            if (!known) {
                unknown.add(word);
            }
        }
        return unknown;
    }
}
