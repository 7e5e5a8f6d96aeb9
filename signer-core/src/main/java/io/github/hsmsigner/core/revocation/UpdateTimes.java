package io.github.hsmsigner.core.revocation;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * Checks whether a response or CRL is current, by thisUpdate and nextUpdate (RFC 6960, section 4.2.2.1; RFC 5280,
 * section 5.1.2).
 */
final class UpdateTimes {

    /** The maximum difference between a peer's clock and the own clock. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Clock clock;

    UpdateTimes(Clock clock) {
        this.clock = clock;
    }

    /**
     * Returns the time of the next update. Without nextUpdate it may come at any time, so only a response that was just
     * made is current.
     */
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
