package io.github.hsmsigner.audit;

import io.github.hsmsigner.audit.AuditReport.Finding;
import io.github.hsmsigner.audit.AuditReport.Kind;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first line of an audit log that is not as it was written. Reads files of any size in constant memory.
 *
 * <p>The chain shows every change but two: lines that are cut off at the end, and a log that was rewritten from some
 * line on with new hashes. Anchors reveal these: the number and the hash of a line, stored where the writer of the log
 * cannot change them.
 */
public final class AuditVerifier {

    /** The lines that the log must contain. Lines that were seen are removed. */
    private final List<AuditAnchor> required;

    private Path file;
    private long lineInFile;
    private @Nullable AuditAnchor before;
    private @Nullable AuditAnchor last;
    private long lines;
    private @Nullable Finding finding;

    private AuditVerifier(AuditAnchor... anchors) {
        this.required = new ArrayList<>(List.of(anchors));
    }

    /**
     * {@return the files that an {@link AuditFile} has rotated, oldest first, and its current file}
     *
     * @param file the file that lines are written to
     * @throws IOException if the directory cannot be read
     */
    public static List<Path> series(Path file) throws IOException {
        AuditFiles files = new AuditFiles(file);
        List<Path> series = new ArrayList<>(files.rotated());
        series.add(files.file());
        return series;
    }

    /**
     * Verifies files that together are one chain. Their order is that of their first lines, independent of their names.
     *
     * @param files the files; those compressed with gzip are read too
     * @param anchors lines that the log must contain; {@link AuditAnchor#START} requires that nothing is missing at the
     *     beginning
     * @return the first fault, if there is one
     * @throws IOException if a file cannot be read
     * @throws InvalidConfigurationException if no file is named
     */
    public static AuditReport verify(List<Path> files, AuditAnchor... anchors) throws IOException {
        if (files.isEmpty()) {
            throw new InvalidConfigurationException("Name at least one file of the audit log that is to be verified.");
        }
        List<Path> ordered = inOrder(files);
        AuditVerifier verifier = new AuditVerifier(anchors);
        for (Path file : ordered) {
            if (!verifier.failed()) {
                verifier.verify(file);
            }
        }
        return verifier.report(ordered);
    }

    private record FileStart(Path file, long sequence) {}

    /** Files that do not begin with a line of an audit log come last. */
    private static List<Path> inOrder(List<Path> files) throws IOException {
        List<FileStart> starts = new ArrayList<>();
        for (Path file : files) {
            long sequence =
                    LineReader.firstLine(file).map(HashChainLine::sequence).orElse(Long.MAX_VALUE);
            starts.add(new FileStart(file, sequence));
        }
        return starts.stream()
                .sorted(Comparator.comparingLong(FileStart::sequence))
                .map(FileStart::file)
                .toList();
    }

    private void verify(Path next) throws IOException {
        file = next;
        lineInFile = 1;
        try (LineReader reader = LineReader.open(file)) {
            while (!failed()) {
                switch (reader.next()) {
                    case LINE -> verify(reader.line());
                    case TOO_LONG -> fail(Kind.MALFORMED, "it is longer than " + HashChainLine.MAX_LENGTH + " bytes");
                    case UNFINISHED ->
                        fail(
                                Kind.UNFINISHED,
                                "it has no line end: a write that was cut short. A service that starts with this file sets it"
                                        + " aside");
                    case END -> {
                        return;
                    }
                }
            }
        }
    }

    private boolean failed() {
        return finding != null;
    }

    /** The next line is not in order. */
    private void fail(Kind kind, String reason) {
        finding = new Finding(kind, file, lineInFile, reason);
    }

    private void verify(Optional<HashChainLine> parsed) {
        if (parsed.isEmpty()) {
            fail(Kind.MALFORMED, "it is no line of an audit log");
            return;
        }
        HashChainLine line = parsed.get();
        if (!line.intact()) {
            fail(Kind.CHANGED, "it says that it is line " + line.sequence() + ", and does not match its own hash");
            return;
        }
        if (last == null) {
            start(line);
        }
        if (!failed()) {
            link(line);
        }
    }

    private void start(HashChainLine line) {
        last = new AuditAnchor(line.sequence() - 1, line.previous());
        before = last;
        if (line.sequence() == 1 && !last.equals(AuditAnchor.START)) {
            fail(Kind.LINE_BEFORE_EXCHANGED, "it is line 1 and says that it follows another");
        } else {
            compareWithAnchors(last);
        }
    }

    private void link(HashChainLine line) {
        long expected = last.sequence() + 1;
        if (line.sequence() != expected) {
            boolean missing = line.sequence() > expected;
            fail(
                    missing ? Kind.LINES_MISSING : Kind.OUT_OF_ORDER,
                    "it is line " + line.sequence() + " where line " + expected + " was expected: "
                            + (missing
                                    ? "lines were removed or moved"
                                    : "it was repeated or moved, or a line was inserted before it"));
        } else if (!line.previous().equals(last.hash())) {
            fail(
                    Kind.LINE_BEFORE_EXCHANGED,
                    "it follows a line with the hash " + line.previous() + ", but the line before it has "
                            + last.hash());
        } else {
            compareWithAnchors(line.anchor());
            if (!failed()) {
                last = line.anchor();
                lines++;
                lineInFile++;
            }
        }
    }

    private void compareWithAnchors(AuditAnchor reached) {
        required.removeIf(anchor -> {
            if (anchor.sequence() == reached.sequence() && !anchor.equals(reached)) {
                fail(
                        Kind.OTHER_THAN_ANCHOR,
                        "line " + reached.sequence() + " has the hash " + reached.hash() + ", but the anchor demands "
                                + anchor.hash());
            }
            return anchor.sequence() == reached.sequence();
        });
    }

    private AuditReport report(List<Path> files) {
        AuditAnchor first = before == null ? AuditAnchor.START : before;
        AuditAnchor end = last == null ? first : last;
        if (!failed()) {
            required.stream()
                    .mapToLong(AuditAnchor::sequence)
                    .min()
                    .ifPresent(missing -> notReached(missing, first, end, files));
        }
        return new AuditReport(files, lines, first, end, Optional.ofNullable(finding));
    }

    private void notReached(long missing, AuditAnchor first, AuditAnchor end, List<Path> files) {
        String found = "the log ends with line " + end.sequence();
        if (missing <= end.sequence()) {
            file = files.get(0);
            lineInFile = 1;
            found = "the log begins with line " + (first.sequence() + 1);
        }
        fail(
                Kind.ANCHOR_NOT_REACHED,
                found + ", but the anchor demands line " + missing + ": lines were cut off, or files are missing");
    }
}
