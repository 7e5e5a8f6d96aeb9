package io.github.hsmsigner.service.audit;

import java.util.Optional;

/**
 * The state of an {@link AuditFile} at one moment. Immutable.
 *
 * @param last the last line that is on disk
 * @param lines how many lines were written since the log was opened
 * @param syncs how often the disk was waited for; less than the lines, where requests share a write
 * @param notRecorded how many requests failed since then because they could not be recorded
 * @param summarized how many requests of unknown callers were counted in summary lines instead of separate lines
 * @param diskLow whether less space is free than the reserve; requests of unknown callers are only counted then
 * @param trouble why lines cannot be written now; empty if the last one was written
 */
public record AuditFileStatus(
        AuditAnchor last,
        long lines,
        long syncs,
        long notRecorded,
        long summarized,
        boolean diskLow,
        Optional<String> trouble) {}
