package io.github.hsmsigner.core.revocation;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Whether something is the newest that there is, by thisUpdate and nextUpdate (RFC 6960, section 4.2.2.1; RFC 5280, section 5.1.2). */
final class UpdateTimes {

    /** How far a peer's clock may be from ours. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Clock clock;

    UpdateTimes(Clock clock) {
        this.clock = clock;
    }

    /** When there is something newer. Without nextUpdate that may be at any time, so only what was just made is current. */
    Instant requireCurrent(Date thisUpdate, Date nextUpdate) throws IOException {
        Instant from = thisUpdate.toInstant();
        Instant until = nextUpdate == null ? from : nextUpdate.toInstant();
        Instant now = clock.instant();
        if (now.isBefore(from.minus(CLOCK_TOLERANCE))) {
            throw new IOException("its answer counts from " + from + " on only");
        }
        if (now.isAfter(until.plus(CLOCK_TOLERANCE))) {
            throw new IOException("its answer is outdated since " + until);
        }
        return until;
    }
}
