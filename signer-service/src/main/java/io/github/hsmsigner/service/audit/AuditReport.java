package io.github.hsmsigner.service.audit;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
        List<Path> files, long lines, AuditAnchor before, AuditAnchor last, Optional<AuditFinding> finding) {

    /**
     * Copies the list.
     *
     * @param files the files, in the order of their lines
     * @param lines how many lines are in order, from the first on
     * @param before the position in the chain that the first line follows; the part before was not verified
     * @param last the last line that is in order
     * @param finding the first line that is not; empty if all are
     */
    public AuditReport {
        files = List.copyOf(files);
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(last, "last");
        Objects.requireNonNull(finding, "finding");
    }

    /**
     * Returns whether every line is in order.
     *
     * @return {@code true} if nothing was found
     */
    public boolean intact() {
        return finding.isEmpty();
    }
}
