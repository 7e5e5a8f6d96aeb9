package io.github.hsmsigner.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page of the documentation, for tests that try what it shows.
 *
 * @param text the page in Markdown
 */
record Guide(String text) {

    private static final Pattern FILE =
            Pattern.compile("^`([\\w/.]+)`:\\n\\n```\\w+\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** Reads a page of the folder docs; tests run in the folder of their module. */
    static Guide read(String name) {
        try {
            return new Guide(Files.readString(Path.of("..", "docs", name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files that the page shows in whole, by path. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        FILE.matcher(text).results().forEach(match -> files.put(match.group(1), match.group(2)));
        return files;
    }

    /** The blocks of commands that are marked as run by a test, as one script. */
    String script(String test) {
        return Pattern.compile(
                        "^<!-- run: " + Pattern.quote(test) + " -->\\n```sh\\n(.*?)^```$",
                        Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.joining("\n"));
    }

    /** The commands in their order, each on one line. */
    List<String> commands() {
        return blocks("sh").stream()
                .map(block -> block.replace("\\\n", " "))
                .flatMap(String::lines)
                .toList();
    }

    /** The fenced blocks of a language, in their order. */
    List<String> blocks(String language) {
        return BLOCK.matcher(text)
                .results()
                .filter(match -> match.group(1).equals(language))
                .map(match -> match.group(2))
                .toList();
    }
}
