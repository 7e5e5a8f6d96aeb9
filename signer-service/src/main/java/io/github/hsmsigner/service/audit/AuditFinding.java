package io.github.hsmsigner.service.audit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The first fault in an audit log: where it differs from what was written. Immutable.
 *
 * @param kind what is wrong
 * @param file the file
 * @param line the number of the line in that file, from 1; one more than there are, if something is missing at the end
 * @param reason what was found and what was expected
 */
public record AuditFinding(Kind kind, Path file, long line, String reason) {

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
     * Checks that nothing is missing.
     *
     * @param kind what is wrong
     * @param file the file
     * @param line the number of the line in that file, from 1; one more than there are, if something is missing at the
     *     end
     * @param reason what was found and what was expected
     */
    public AuditFinding {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(reason, "reason");
    }
}
