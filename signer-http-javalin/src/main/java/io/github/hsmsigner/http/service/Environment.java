package io.github.hsmsigner.http.service;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads environment variables and collects what is wrong with them, so that an operator sees all of it at once.
 *
 * <p>A variable that is empty counts as absent. No problem repeats a value other than a path: values may be secrets, also by
 * mistake. Not safe for use by several threads.
 */
final class Environment {

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    void problem(String sentence) {
        problems.add(sentence);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    boolean has(String name) {
        return text(name).isPresent();
    }

    /** A decimal number in a range, both ends included. */
    OptionalLong number(String name, long min, long max) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(text.get());
            if (number >= min && number <= max) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers out of range.
        }
        problem(name + " must be a number from " + min + " to " + max + ".");
        return OptionalLong.empty();
    }

    /** An unsigned number of 64 bits, decimal or hexadecimal after {@code 0x}. */
    OptionalLong unsigned(String name) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        String digits = text.get();
        boolean hexadecimal = digits.startsWith("0x") || digits.startsWith("0X");
        try {
            return OptionalLong.of(
                    Long.parseUnsignedLong(hexadecimal ? digits.substring(2) : digits, hexadecimal ? 16 : 10));
        } catch (NumberFormatException e) {
            problem(name + " must be an unsigned 64-bit number, decimal such as 5 or hexadecimal such as 0x5.");
            return OptionalLong.empty();
        }
    }

    /** A file that is there. */
    Optional<Path> file(String name) {
        return text(name).flatMap(path -> existing(name, path));
    }

    /** Files that are there, separated by colons. */
    List<Path> files(String name) {
        List<Path> files = new ArrayList<>();
        for (String path : text(name).map(value -> value.split(":")).orElseGet(() -> new String[0])) {
            if (!path.isEmpty()) {
                existing(name, path).ifPresent(files::add);
            }
        }
        return files;
    }

    private Optional<Path> existing(String name, String path) {
        try {
            Path file = Path.of(path);
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return Optional.of(file);
            }
            problem(name + " names " + file + ", which is not a readable file.");
        } catch (InvalidPathException e) {
            problem(name + " does not hold a path.");
        }
        return Optional.empty();
    }
}
