package io.github.hsmsigner.audit;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The result of the verification of an audit log. Immutable.
 *
 * @param files the files, in the order of their lines
 * @param lines how many lines are in order, from the first on
 * @param before the position in the chain that the first line follows; the part before was not verified
 * @param last the last line that is in order
 * @param finding the first line that is not; empty if all are
 */
public record AuditReport(
        List<Path> files, long lines, AuditAnchor before, AuditAnchor last, Optional<Finding> finding) {

    /** The kinds of faults. */
    public enum Kind {
        /** It is no line of an audit log. */
        MALFORMED,
        /** The line does not match its own hash: it was changed. */
        CHANGED,
        /** Lines before this one are missing: removed, or moved further down. */
        LINES_MISSING,
        /** The line comes too late: it is repeated or moved, or another was inserted before it. */
        OUT_OF_ORDER,
        /** The line before was exchanged for another that has the same number. */
        LINE_BEFORE_EXCHANGED,
        /** The last line has no end: a write that was cut short. */
        UNFINISHED,
        /** A line is not the one that an anchor demands: the log was rewritten. */
        OTHER_THAN_ANCHOR,
        /** The log does not reach up to an anchor, or begins after it: lines were cut off. */
        ANCHOR_NOT_REACHED
    }

    /**
     * The first fault.
     *
     * @param kind the kind of the fault
     * @param file the file with the fault
     * @param line the number of the line in that file, from 1; one more than there are, if something is missing at the
     *     end
     * @param reason what was found and what was expected
     */
    public record Finding(Kind kind, Path file, long line, String reason) {}

    /** {@return whether every line is in order} */
    public boolean intact() {
        return finding.isEmpty();
    }

    /** {@return the report for the operator: lines that end with a line feed} */
    public String text() {
        StringBuilder text = new StringBuilder();
        files.forEach(file -> text.append("File %s\n".formatted(file)));
        finding.ifPresent(fault ->
                text.append("BROKEN at %s, line %d: %s.\n".formatted(fault.file(), fault.line(), fault.reason())));
        text.append(intact() ? "Intact: " : "In order before it: ")
                .append(lines)
                .append(lines == 1 ? " line" : " lines");
        if (lines > 0) {
            text.append(", %d to %d".formatted(before.sequence() + 1, last.sequence()));
        }
        text.append(".\n");
        if (before.sequence() > 0) {
            text.append("The part before line %d was not verified; it should end with %s.\n"
                    .formatted(before.sequence() + 1, before));
        }
        return text.append("Last line: ").append(last).append('\n').toString();
    }
}
