package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The availability of a token or a key, according to requests and probes: a circuit breaker that knows the time since
 * the last success.
 *
 * <p>After three failures in a row the token or key is suspect. Requests are admitted, a probe runs, and after a second
 * the health changes. Some failures of the device in a row open the circuit breaker, and so does a time of failures of
 * any kind without a success. Then requests are refused until a probe succeeds. Thread-safe.
 */
final class Availability {

    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
    private static final int SUSPECT_FAILURES = 3;
    private static final Duration SUSPECT_TIME = Duration.ofSeconds(1);
    private static final Duration SHORTEST_RETRY_AFTER = Duration.ofMillis(100);

    private final String subject;
    private final RecoverySettings settings;
    private final Scheduler scheduler;
    private final Listener listener;

    /** {@code null} while there was no failure since the last success. */
    private volatile Trouble trouble;

    private volatile long nextProbe;

    /** Probes succeeded, but no request did since the circuit breaker closed. One failure is then enough to doubt it. */
    private volatile boolean onProbation;

    /**
     * Creates it, available.
     *
     * @param subject what it is about, as the beginning of a sentence
     * @param listener the listener for changes
     */
    Availability(String subject, RecoverySettings settings, Scheduler scheduler, Listener listener) {
        this.subject = subject;
        this.settings = settings;
        this.scheduler = scheduler;
        this.listener = listener;
    }

    /**
     * Refuses while the circuit breaker is open.
     *
     * @throws SigningUnavailableException with the reason, and the time until the next probe where waiting helps
     */
    void check() {
        Trouble now = trouble;
        if (now != null && now.open) {
            throw refusal(now);
        }
    }

    private SigningUnavailableException refusal(Trouble now) {
        if (now.lasting) {
            return SigningUnavailableException.lasting(now.kind, now.reason, now.cause);
        }
        Duration wait = Duration.ofNanos(nextProbe - scheduler.nanoTime());
        return SigningUnavailableException.passing(
                now.kind,
                now.reason + " It is probed in the background.",
                wait.compareTo(SHORTEST_RETRY_AFTER) < 0 ? SHORTEST_RETRY_AFTER : wait,
                now.cause);
    }

    /** A request succeeded. A request that was under way does not close the circuit breaker. */
    void succeeded() {
        if (onProbation) {
            onProbation = false;
        }
        Trouble now = trouble;
        if (now != null && !now.open) {
            synchronized (this) {
                if (trouble != null && !trouble.open) {
                    trouble = null;
                }
            }
        }
    }

    /** A request failed with an error of the token, or of the key. */
    void failed(Throwable cause, boolean device) {
        failed(reason(cause), cause, device, true);
    }

    /** A probe failed. It counts for the time without a success, but is not a failure of a request. */
    void probeFailed(Throwable cause) {
        failed(reason(cause), cause, false, false);
    }

    private void failed(String reason, Throwable cause, boolean device, boolean request) {
        long now = scheduler.nanoTime();
        boolean suspect = false;
        boolean open = false;
        synchronized (this) {
            if (trouble == null) {
                trouble = new Trouble(now);
            }
            Trouble known = trouble;
            if (onProbation) {
                known.beganBefore(now - SUSPECT_TIME.toNanos());
            }
            known.failures += request ? 1 : 0;
            known.deviceFailures = device ? known.deviceFailures + 1 : request ? 0 : known.deviceFailures;
            known.lastFailure = request ? now : known.lastFailure;
            if (known.open) {
                return;
            }
            known.cause = cause;
            known.reason = subject + " does not work: " + reason + ".";
            if (known.deviceFailures >= settings.failuresToOpen()
                    || now - known.since >= settings.noSuccessLimit().toNanos()) {
                open = true;
            } else if (!known.suspect && (onProbation || known.failures >= SUSPECT_FAILURES)) {
                known.suspect = true;
                suspect = true;
            }
        }
        if (open) {
            open(Reason.DOWN, subject + " does not work: " + reason + ".", cause);
        } else if (suspect) {
            listener.suspect();
        }
    }

    /** Something else than a request shows that it may not work; a probe finds out. */
    void suspect(String reason) {
        synchronized (this) {
            if (trouble == null) {
                trouble = new Trouble(scheduler.nanoTime());
            }
            if (trouble.open || trouble.suspect) {
                return;
            }
            trouble.reason = reason;
            trouble.suspect = true;
        }
        listener.suspect();
    }

    /** Returns the message of a failure, without its full stop. */
    static String reason(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** Opens the circuit breaker for a reason that passes. */
    void open(Reason kind, String reason, Throwable cause) {
        open(kind, reason, cause, false);
    }

    /** Opens the circuit breaker until an operator acts. */
    void openUntilFixed(SigningUnavailableException cause) {
        open(cause.reason(), cause.getMessage(), cause, true);
    }

    private void open(Reason kind, String reason, Throwable cause, boolean lasting) {
        boolean opened;
        synchronized (this) {
            Trouble before = trouble;
            opened = before == null || !before.open;
            if (!opened && before.lasting == lasting && (!lasting || before.reason.equals(reason))) {
                return;
            }
            Trouble now = new Trouble(before == null ? scheduler.nanoTime() : before.since);
            now.open = true;
            now.openSince = opened ? scheduler.nanoTime() : before.openSince;
            now.lasting = lasting;
            now.kind = kind;
            now.reason = reason;
            now.cause = cause;
            nextProbe = scheduler.nanoTime() + settings.firstProbePause().toNanos();
            trouble = now;
        }
        if (lasting) {
            LOG.error("Unavailable until an operator fixes this: {}", reason);
        } else {
            LOG.warn("The circuit breaker opens, and requests are refused until a probe succeeds: {}", reason);
        }
        if (opened) {
            listener.opened(reason);
        }
    }

    void nextProbeIn(Duration pause) {
        nextProbe = scheduler.nanoTime() + pause.toNanos();
    }

    /**
     * A probe succeeded. If the circuit breaker is closed, requests that failed since the probe began count more.
     *
     * @param start when the probe began
     */
    void probeSucceeded(long start) {
        Trouble before;
        synchronized (this) {
            before = trouble;
            if (before == null || (!before.open && before.lastFailure - start >= 0)) {
                return;
            }
            trouble = null;
            // Another probe does not show that requests succeed.
            onProbation |= before.open;
        }
        if (before.open) {
            Duration openFor = Duration.ofNanos(scheduler.nanoTime() - before.openSince);
            LOG.info("{} works again, after {} ms.", subject, openFor.toMillis());
            listener.closed(openFor);
        }
    }

    /** Returns whether a probe is needed. */
    boolean isInTrouble() {
        Trouble now = trouble;
        return now != null && (now.open || now.suspect);
    }

    /** Returns whether a request failed since the last success. */
    boolean hasFailed() {
        return trouble != null;
    }

    boolean isOpen() {
        Trouble now = trouble;
        return now != null && now.open;
    }

    /** Returns whether the circuit breaker is open until an operator acts. */
    boolean isOpenUntilFixed() {
        Trouble now = trouble;
        return now != null && now.lasting;
    }

    /** Returns why it is not available; empty if it is, or there is no reason yet to believe otherwise. */
    Optional<String> problem() {
        Trouble now = trouble;
        boolean known = now != null
                && (now.open || (now.suspect && scheduler.nanoTime() - now.since >= SUSPECT_TIME.toNanos()));
        return known ? Optional.of(now.reason) : Optional.empty();
    }

    /** The listener for changes. Implementations return at once and throw nothing. */
    interface Listener {

        /** Several requests in a row failed. */
        void suspect();

        /** Requests are refused from now on. */
        void opened(String reason);

        /** Requests are admitted again. */
        default void closed(Duration openFor) {}
    }

    /** Guarded by the owner when it is written; volatile where it is read without that. */
    private static final class Trouble {

        private volatile long since;
        private int failures;
        private int deviceFailures;
        private volatile long lastFailure;
        private volatile boolean suspect;
        private volatile boolean open;
        private long openSince;
        private volatile boolean lasting;
        private volatile Reason kind = Reason.DOWN;
        private volatile String reason = "";
        private volatile Throwable cause;

        Trouble(long since) {
            this.since = since;
            this.lastFailure = since;
        }

        /** Moves the beginning back to a time, unless it is earlier. */
        void beganBefore(long time) {
            if (since - time > 0) {
                since = time;
            }
        }
    }
}
