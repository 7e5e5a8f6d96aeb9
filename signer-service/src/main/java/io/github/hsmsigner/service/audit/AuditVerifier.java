package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.audit.AuditFinding.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the first line of an audit log that is not as it was written. Reads files of any size in constant memory.
 *
 * <p>The chain shows every change but two: lines that are cut off at the end, and a log that was rewritten from some
 * line on with new hashes. Anchors reveal these: the number and the hash of a line, stored where the writer of the log
 * cannot change them.
 *
 * <p>Immutable, and safe for use by several threads.
 */
public final class AuditVerifier {

    private final List<AuditAnchor> anchors;

    private AuditVerifier(List<AuditAnchor> anchors) {
        this.anchors = anchors;
    }

    /**
     * Returns a verifier that demands that the log holds certain lines.
     *
     * @param anchors the lines; {@link AuditAnchor#start()} demands that nothing is missing at the beginning
     * @return the verifier
     */
    public static AuditVerifier of(AuditAnchor... anchors) {
        return new AuditVerifier(List.of(anchors));
    }

    /**
     * Returns the file of an {@link AuditFile} and the existing files that it has rotated.
     *
     * @param file the file that lines are written to
     * @return the files, oldest first; those compressed with gzip ({@code .gz}) too
     * @throws IOException if the directory cannot be read
     */
    public static List<Path> series(Path file) throws IOException {
        AuditFileNames names = new AuditFileNames(file);
        List<Path> files = new ArrayList<>(names.rotated());
        if (Files.exists(names.file())) {
            files.add(names.file());
        }
        return files;
    }

    /**
     * Verifies files that together are one chain. Their order is that of their first lines, independent of their names.
     *
     * @param files the files; those compressed with gzip are read too
     * @return what was found
     * @throws IOException if a file cannot be read
     * @throws InvalidConfigurationException if no file is named
     */
    public AuditReport verify(List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new InvalidConfigurationException("Name at least one file of the audit log that is to be verified.");
        }
        List<Path> ordered = inOrder(files);
        ChainCheck check = new ChainCheck(anchors);
        for (Path file : ordered) {
            verify(file, check);
            if (check.failed()) {
                break;
            }
        }
        return check.report(ordered);
    }

    private static void verify(Path file, ChainCheck check) throws IOException {
        check.begin(file);
        try (LineReader reader = LineReader.open(file)) {
            while (!check.failed()) {
                switch (reader.next()) {
                    case LINE -> check.line(reader.line(), reader.length());
                    case TOO_LONG ->
                        check.fail(Kind.MALFORMED, "it is longer than " + ChainedLine.MAX_LENGTH + " bytes");
                    case UNFINISHED ->
                        check.fail(
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

    private record FileStart(Path file, long sequence) {}

    /** Files that do not begin with a line of an audit log come last. */
    private static List<Path> inOrder(List<Path> files) throws IOException {
        List<FileStart> starts = new ArrayList<>();
        for (Path file : files) {
            starts.add(new FileStart(file, firstSequence(file)));
        }
        return starts.stream()
                .sorted(Comparator.comparingLong(FileStart::sequence))
                .map(FileStart::file)
                .toList();
    }

    private static long firstSequence(Path file) throws IOException {
        try (LineReader reader = LineReader.open(file)) {
            return reader.next() == LineReader.Kind.LINE
                    ? ChainedLine.parse(reader.line(), reader.length())
                            .map(ChainedLine::sequence)
                            .orElse(Long.MAX_VALUE)
                    : Long.MAX_VALUE;
        }
    }
}
