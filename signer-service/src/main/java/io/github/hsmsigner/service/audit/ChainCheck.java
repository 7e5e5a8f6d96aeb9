package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.service.audit.AuditFinding.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A walk along the chain, up to the first line that is not in order. Not thread-safe. */
final class ChainCheck {

    /** The hashes that lines must have, by sequence number. Lines that were seen are removed. */
    private final Map<Long, List<AuditAnchor>> demanded = new HashMap<>();

    private Path file;
    private long lineInFile;
    private AuditAnchor before;
    private AuditAnchor last;
    private long lines;
    private AuditFinding finding;

    ChainCheck(List<AuditAnchor> anchors) {
        for (AuditAnchor anchor : anchors) {
            demanded.computeIfAbsent(anchor.sequence(), sequence -> new ArrayList<>())
                    .add(anchor);
        }
    }

    void begin(Path next) {
        file = next;
        lineInFile = 1;
    }

    boolean failed() {
        return finding != null;
    }

    /** The line that comes next is not in order. */
    void fail(Kind kind, String reason) {
        finding = new AuditFinding(kind, file, lineInFile, reason);
    }

    /** Returns the line that comes next. */
    void line(byte[] octets, int length) {
        Optional<ChainedLine> parsed = ChainedLine.parse(octets, length);
        if (parsed.isEmpty()) {
            fail(Kind.MALFORMED, "it is no line of an audit log");
            return;
        }
        ChainedLine line = parsed.get();
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

    private void start(ChainedLine line) {
        last = new AuditAnchor(line.sequence() - 1, line.previous());
        before = last;
        if (line.sequence() == 1 && !last.equals(AuditAnchor.start())) {
            fail(Kind.LINE_BEFORE_EXCHANGED, "it is line 1 and says that it follows another");
        } else {
            compareWithAnchors(last);
        }
    }

    private void link(ChainedLine line) {
        long expected = last.sequence() + 1;
        if (line.sequence() > expected) {
            fail(
                    Kind.LINES_MISSING,
                    "it is line " + line.sequence() + " where line " + expected + " was expected: lines were removed or"
                            + " moved");
        } else if (line.sequence() < expected) {
            fail(
                    Kind.OUT_OF_ORDER,
                    "it is line " + line.sequence() + " where line " + expected + " was expected: it was repeated or"
                            + " moved, or a line was inserted before it");
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
        for (AuditAnchor anchor :
                Optional.ofNullable(demanded.remove(reached.sequence())).orElse(List.of())) {
            if (!anchor.equals(reached)) {
                fail(
                        Kind.OTHER_THAN_ANCHOR,
                        "line " + reached.sequence() + " has the hash " + reached.hash() + ", but the anchor demands "
                                + anchor.hash());
            }
        }
    }

    AuditReport report(List<Path> files) {
        AuditAnchor first = before == null ? AuditAnchor.start() : before;
        AuditAnchor end = last == null ? first : last;
        if (finding == null) {
            demanded.keySet().stream().min(Long::compare).ifPresent(missing -> notReached(missing, first, end, files));
        }
        return new AuditReport(files, lines, first, end, Optional.ofNullable(finding));
    }

    private void notReached(long missing, AuditAnchor first, AuditAnchor end, List<Path> files) {
        String found;
        if (missing > end.sequence()) {
            found = "the log ends with line " + end.sequence();
        } else {
            begin(files.get(0));
            found = "the log begins with line " + (first.sequence() + 1);
        }
        fail(
                Kind.ANCHOR_NOT_REACHED,
                found + ", but the anchor demands line " + missing + ": lines were cut off, or files are missing");
    }
}
