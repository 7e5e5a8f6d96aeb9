package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests through while the device works, and none while it does not.
 *
 * <p>It opens after some failures in a row, wherever they were met, or at once when it is told to. Only the probe closes it: a
 * request that was under way and succeeds says nothing of the next one. Each change is one line in the log. Safe for use by any
 * number of threads at once.
 */
final class CircuitBreaker {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);
    private static final Duration SHORTEST_RETRY_AFTER = Duration.ofMillis(100);

    private final RecoverySettings settings;
    private final Pkcs11Events events;
    private final String token;
    private final Runnable onOpen;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Trouble trouble;
    private volatile long nextProbe;

    /**
     * Makes it, closed.
     *
     * @param onOpen called once each time it opens, to start the probe
     */
    CircuitBreaker(RecoverySettings settings, Pkcs11Events events, String token, Runnable onOpen) {
        this.settings = settings;
        this.events = events;
        this.token = token;
        this.onOpen = onOpen;
    }

    /**
     * Refuses while it is open.
     *
     * @throws SigningUnavailableException with the reason, and the time until the next probe where waiting can help
     */
    void check() {
        Trouble now = trouble;
        if (now != null) {
            throw refusal(now);
        }
    }

    private SigningUnavailableException refusal(Trouble now) {
        if (now.lasting()) {
            return SigningUnavailableException.lasting(now.reason(), now.cause());
        }
        Duration wait = Duration.ofNanos(nextProbe - System.nanoTime());
        return SigningUnavailableException.passing(
                now.reason() + " It is probed in the background.",
                wait.compareTo(SHORTEST_RETRY_AFTER) < 0 ? SHORTEST_RETRY_AFTER : wait,
                now.cause());
    }

    /** A request succeeded. */
    void succeeded() {
        // Read first, as many threads would write the same field at the same time otherwise.
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** The device failed a request; opens after as many in a row as are set. */
    void failed(Throwable cause) {
        if (failures.incrementAndGet() >= settings.failuresToOpen()) {
            open(new Trouble("Token " + token + " does not work: " + reason(cause) + ".", false, cause));
        }
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** Opens for a reason that passes. */
    void open(String reason, Throwable cause) {
        open(new Trouble(reason, false, cause));
    }

    /** Opens until a person acts. */
    void openForGood(SigningUnavailableException cause) {
        open(new Trouble(cause.getMessage(), true, cause));
    }

    private void open(Trouble now) {
        boolean opened;
        synchronized (this) {
            opened = trouble == null;
            boolean changed = opened || trouble.lasting() != now.lasting();
            if (!changed) {
                return;
            }
            nextProbe = System.nanoTime() + settings.firstProbePause().toNanos();
            trouble = opened ? now : now.since(trouble.since());
        }
        if (now.lasting()) {
            LOG.error("Not usable until that is mended: {}", now.reason());
        } else {
            LOG.warn("Requests fail at once until a probe succeeds: {}", now.reason());
        }
        if (opened) {
            events.breakerOpened(now.reason());
            onOpen.run();
        }
    }

    /** Says when the next probe comes. */
    void nextProbeIn(Duration pause) {
        nextProbe = System.nanoTime() + pause.toNanos();
    }

    /** A probe succeeded. */
    void close() {
        Trouble ended;
        synchronized (this) {
            ended = trouble;
            failures.set(0);
            trouble = null;
        }
        if (ended != null) {
            Duration openFor = Duration.ofNanos(System.nanoTime() - ended.since());
            LOG.info("Token {} works again, after {} ms.", token, openFor.toMillis());
            events.breakerClosed(openFor);
        }
    }

    boolean isOpen() {
        return trouble != null;
    }

    /** Whether it is open until a person acts. */
    boolean isOpenForGood() {
        Trouble now = trouble;
        return now != null && now.lasting();
    }

    /** Why it is open. */
    Optional<String> reason() {
        return Optional.ofNullable(trouble).map(Trouble::reason);
    }

    private record Trouble(String reason, boolean lasting, Throwable cause, long since) {

        Trouble(String reason, boolean lasting, Throwable cause) {
            this(reason, lasting, cause, System.nanoTime());
        }

        Trouble since(long earlier) {
            return new Trouble(reason, lasting, cause, earlier);
        }
    }
}
