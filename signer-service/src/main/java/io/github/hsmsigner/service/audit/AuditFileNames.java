package io.github.hsmsigner.service.audit;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The names of the files that belong to an audit log. */
final class AuditFileNames {

    /** Enough for ten thousand lines a second during three thousand years; names sort in the order of the lines. */
    private static final int DIGITS = 15;

    private final Path file;

    AuditFileNames(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    Path file() {
        return file;
    }

    Path directory() {
        return file.getParent();
    }

    Path lock() {
        return sibling(".lock");
    }

    Path head() {
        return sibling(".head");
    }

    /** Returns the path of a full file, by the sequence number of its first line. */
    Path rotated(long firstSequence) {
        return sibling("." + digits(firstSequence));
    }

    /** Where an unfinished line is kept, by the sequence number that it would have had; the first name that is free. */
    Path torn(long sequence) {
        Path name = sibling(".torn-" + digits(sequence));
        for (int i = 2; Files.exists(name); i++) {
            name = sibling(".torn-" + digits(sequence) + "-" + i);
        }
        return name;
    }

    /** Returns the files that this package has rotated, oldest first. */
    List<Path> rotated() throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(file.getFileName() + ".") + "[0-9]{" + DIGITS + "}(\\.gz)?");
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(
                directory(), path -> name.matcher(path.getFileName().toString()).matches())) {
            siblings.forEach(found::add);
        }
        found.sort(null);
        return found;
    }

    private Path sibling(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static String digits(long sequence) {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d", sequence);
    }
}
