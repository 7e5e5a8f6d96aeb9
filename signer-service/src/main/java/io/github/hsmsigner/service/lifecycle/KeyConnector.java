package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one source of keys and finds the keys in it, in the background, until all keys are found. Failed steps are
 * repeated with growing pauses. Each source has a separate thread, so that a hanging source does not delay the others.
 * Thread-safe.
 */
abstract class KeyConnector {

    static final Duration VERIFICATION_LIMIT = Duration.ofSeconds(20);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final Logger log = LoggerFactory.getLogger(getClass());
    private final String subject;
    private final ScheduledExecutorService attempts;
    private final CompletableFuture<List<String>> firstAttempt = new CompletableFuture<>();
    private volatile Trouble trouble;

    /** The fields below belong to the background thread. */
    private int failures;

    private String lastLogged = "";
    private ScheduledFuture<?> next;

    /** Prepares a connector; the subject begins its sentences in the log. */
    KeyConnector(String subject, String threadName, String opening) {
        this.subject = subject;
        this.trouble = new Trouble(Reason.DOWN, opening, Duration.ofSeconds(1));
        this.attempts = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, threadName);
            // A call of foreign code may never return; it must not keep the process from ending.
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Tries once. Returns the pause before the next attempt; empty if there is none. */
    abstract Optional<Duration> connect();

    /** Closes what is open. Returns {@code false} if a call in it did not return. */
    abstract boolean closeSource();

    /** Returns whether another attempt is safe after an unexpected error. */
    abstract boolean retriesUnexpected();

    /** Returns why keys of the source cannot be used, for the operator; empty if they can. Makes no call to it. */
    Optional<String> problem() {
        Trouble now = trouble;
        return Optional.ofNullable(now).map(Trouble::text);
    }

    final String subject() {
        return subject;
    }

    /**
     * Starts the first attempt, and returns the problems with the settings that it finds. The caller reports them,
     * unless it has completed the future before.
     */
    final CompletableFuture<List<String>> start() {
        attempts.execute(this::attempt);
        return firstAttempt;
    }

    /** Returns the exception for a request for a key that was not found yet. */
    final SigningUnavailableException unavailable() {
        Trouble now = trouble;
        String reason = problem().orElse("The key is being looked for.");
        if (now == null) {
            return SigningUnavailableException.passing(reason, Duration.ofSeconds(1), null);
        }
        return now.nextAttempt() != null
                ? SigningUnavailableException.passing(now.reason(), reason, now.nextAttempt(), null)
                : SigningUnavailableException.lasting(now.reason(), reason, null);
    }

    /** Searches immediately for missing keys, because something about them has changed. */
    final void retryNow() {
        try {
            attempts.execute(this::attempt);
        } catch (RejectedExecutionException e) {
            log.debug("{} is being closed; no keys are searched for.", subject);
        }
    }

    private void attempt() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        tryConnect()
                .filter(pause -> !attempts.isShutdown())
                .ifPresent(pause -> next = attempts.schedule(this::attempt, pause.toMillis(), TimeUnit.MILLISECONDS));
    }

    private Optional<Duration> tryConnect() {
        try {
            return connect();
        } catch (SigningException e) {
            return failed(List.of(e));
        } catch (Throwable e) {
            // Also an Error, because the executor would not report it.
            return unexpected(e);
        }
    }

    /** Looks for each of the keys, and ends the attempts if all are found. */
    final <K> Optional<Duration> find(List<K> missing, Consumer<K> search) {
        List<SigningException> problems = new ArrayList<>();
        for (K key : missing) {
            try {
                search.accept(key);
            } catch (SigningException e) {
                problems.add(e);
            }
        }
        if (!problems.isEmpty()) {
            return failed(problems);
        }
        trouble = null;
        failures = 0;
        firstAttempt.complete(List.of());
        return Optional.empty();
    }

    /** The source reports this problem and recovers automatically. */
    final Optional<Duration> unusable(String reason, Duration pause) {
        trouble = new Trouble(Reason.DOWN, reason, null);
        firstAttempt.complete(List.of());
        return Optional.of(pause);
    }

    private Optional<Duration> unexpected(Throwable error) {
        if (!error.toString().equals(lastLogged)) {
            log.error("{} failed with an unexpected error.", subject, error);
        }
        lastLogged = error.toString();
        Optional<Duration> pause = retriesUnexpected()
                ? Optional.of(retryPause(++failures, ThreadLocalRandom.current()))
                : Optional.empty();
        String text = "The connection failed with an unexpected error. The log has the reason.";
        trouble = new Trouble(Reason.DOWN, text, pause.orElse(null));
        firstAttempt.complete(List.of());
        return pause;
    }

    private Optional<Duration> failed(List<SigningException> problems) {
        Duration pause = retryPause(++failures, ThreadLocalRandom.current());
        String text = problems.stream().map(Throwable::getMessage).distinct().collect(Collectors.joining(" "));
        // A setting that does not match the token, such as a label, means that the key is missing.
        Reason reason = problems.get(0) instanceof SigningUnavailableException unavailable
                ? unavailable.reason()
                : Reason.KEY_MISSING;
        trouble = new Trouble(reason, text, pause);
        List<String> wrongSettings = problems.stream()
                .filter(InvalidConfigurationException.class::isInstance)
                .map(Throwable::getMessage)
                .distinct()
                .toList();
        boolean reportedByCaller = firstAttempt.complete(wrongSettings) && wrongSettings.size() == problems.size();
        if (!reportedByCaller && !text.equals(lastLogged)) {
            log.warn(
                    "{} is not ready; next attempt in {} ms, and further ones with pauses of up to 30 s: {}",
                    subject,
                    pause.toMillis(),
                    text);
        }
        lastLogged = text;
        return Optional.of(pause);
    }

    /**
     * Returns the time before the next attempt. It doubles from one second to thirty seconds. Each time is shortened at
     * random by up to a quarter. Therefore many instances that lost one HSM do not reconnect in step.
     */
    static Duration retryPause(int failures, RandomGenerator random) {
        long full = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 5));
        long shortened = full - (long) (random.nextDouble() * full / 4);
        return Duration.ofMillis(Math.max(FIRST_PAUSE_MILLIS, shortened));
    }

    /** Ends the attempts and closes the source. Returns {@code false} if a call in it did not return. */
    final boolean close() {
        attempts.shutdownNow();
        try {
            if (!attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("{} stays open: a call in it did not return.", subject);
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("{} is left open: closing it was interrupted.", subject);
            return false;
        }
        return closeSource();
    }

    /** The next attempt is {@code null} if waiting alone does not help. */
    private record Trouble(Reason reason, String text, Duration nextAttempt) {}
}
