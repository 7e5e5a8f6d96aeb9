package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Limits the lines of requests that strangers can send without limit, so that they do not fill the disk. These are
 * requests without a known caller that are denied or ask for certificates. At most 10 a second have a separate line.
 * The others are counted. A summary line follows within a minute, and when the log is closed. Thread-safe.
 */
final class UnknownCallerLimiter {

    private static final int LINES_PER_SECOND = 10;
    private static final Duration SUMMARY_AFTER = Duration.ofMinutes(1);

    private final Clock clock;
    private long second;
    private int linesInSecond;
    private @Nullable Instant since;
    private long denied;
    private long certificates;
    private long total;

    UnknownCallerLimiter(Clock clock) {
        this.clock = clock;
    }

    /**
     * Requests that were counted.
     *
     * @param since the time of the first
     * @param denied how many were denied or over their rate
     * @param certificates how many others asked for certificates
     */
    record Summary(Instant since, long denied, long certificates) {}

    /** Returns whether the limit applies: no known caller, and no signature. */
    static boolean applies(AuditEvent event) {
        return event.callers().isEmpty() && (isDenied(event) || event.action() == SigningAction.CERTIFICATES);
    }

    private static boolean isDenied(AuditEvent event) {
        return event.error()
                .filter(error -> error == ErrorCode.DENIED || error == ErrorCode.RATE_LIMITED)
                .isPresent();
    }

    /**
     * Returns whether a request gets a separate line. Otherwise it is counted.
     *
     * @param space whether there is space on the disk for lines of unknown callers
     */
    synchronized boolean admit(AuditEvent event, boolean space) {
        Instant now = clock.instant();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            linesInSecond = 0;
        }
        if (space && linesInSecond < LINES_PER_SECOND) {
            linesInSecond++;
            return true;
        }
        if (since == null) {
            since = now;
        }
        if (isDenied(event)) {
            denied++;
        } else {
            certificates++;
        }
        total++;
        return false;
    }

    /** Returns the summary if it is due, which it always is at the last call. */
    synchronized Optional<Summary> due(boolean last) {
        if (since == null || !last && Duration.between(since, clock.instant()).compareTo(SUMMARY_AFTER) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Summary(since, denied, certificates));
    }

    /** A summary is on disk. Requests that were counted meanwhile remain for the next one. */
    synchronized void written(Summary summary) {
        denied -= summary.denied();
        certificates -= summary.certificates();
        since = denied + certificates == 0 ? null : clock.instant();
    }

    /** Returns how many requests were counted since startup. */
    synchronized long total() {
        return total;
    }
}
