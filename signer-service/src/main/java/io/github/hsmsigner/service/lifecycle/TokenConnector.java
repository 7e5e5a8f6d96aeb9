package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one token and finds the keys on it, in the background, until all keys are found.
 *
 * <p>Failed steps are repeated with growing pauses. They never log in with a PIN that was rejected. A token that
 * rejects the PIN is open all the same and remembers the rejection. It logs in automatically when the PIN's source
 * returns another PIN. Until then, no keys are searched for on it. Each token has a separate thread, so that a hanging
 * token does not delay the others. Thread-safe.
 */
final class TokenConnector {

    private static final Logger LOG = LoggerFactory.getLogger(TokenConnector.class);
    private static final Duration VERIFICATION_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    /** The interval of checks of an unusable token. They make no call to the HSM. */
    private static final Duration HEALTH_PAUSE = Duration.ofMillis(250);

    private final String name;
    private final Supplier<Pkcs11Token> opener;
    private final List<KeyBinding> keys;
    private final ScheduledExecutorService attempts;
    private final CompletableFuture<List<String>> firstAttempt = new CompletableFuture<>();
    private volatile Pkcs11Token token;
    private volatile Trouble trouble =
            new Trouble(Reason.DOWN, "The connection to the token is being opened.", Duration.ofSeconds(1));

    /** The fields below belong to the background thread. */
    private int failures;

    private String lastLogged = "";
    private ScheduledFuture<?> next;

    TokenConnector(String name, Supplier<Pkcs11Token> opener, List<KeyBinding> keys) {
        this.name = name;
        this.opener = opener;
        this.keys = keys;
        this.attempts = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "token-" + name);
            // A call in a PKCS#11 module may never return; it must not keep the process from ending.
            thread.setDaemon(true);
            return thread;
        });
    }

    String name() {
        return name;
    }

    /**
     * Starts the first attempt, and returns the problems with the settings that it finds. The caller reports them,
     * unless it has completed the future before.
     */
    CompletableFuture<List<String>> start() {
        attempts.execute(this::attempt);
        return firstAttempt;
    }

    /** Returns the token, once it is open. */
    Optional<Pkcs11Token> token() {
        return Optional.ofNullable(token);
    }

    /** Returns whether the token is open and unusable. After the first attempt, that means that it rejected the PIN. */
    boolean isPinRejected() {
        return token != null && !isUsable();
    }

    /** Returns whether the token is open and, as far as is known, works. */
    boolean isUsable() {
        return token().filter(open -> open.health().usable()).isPresent();
    }

    /** Returns why keys on the token cannot be used, for the operator; empty if they can. Makes no call to the HSM. */
    Optional<String> problem() {
        Trouble now = trouble;
        return token().map(Pkcs11Token::health)
                .filter(health -> !health.usable())
                .map(TokenHealth::reason)
                .or(() -> Optional.ofNullable(now).map(Trouble::text));
    }

    /** Returns the exception for a request for a key that was not found yet. */
    SigningUnavailableException unavailable() {
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
    void retryNow() {
        try {
            attempts.execute(this::attempt);
        } catch (RejectedExecutionException e) {
            LOG.debug("Token \"{}\" is being closed; no keys are searched for.", name);
        }
    }

    private void attempt() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        connect()
                .filter(pause -> !attempts.isShutdown())
                .ifPresent(pause -> next = attempts.schedule(this::attempt, pause.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Returns the pause before the next attempt; empty if there is none. */
    private Optional<Duration> connect() {
        try {
            if (token == null) {
                token = opener.get();
            }
            TokenHealth health = token.health();
            if (!health.usable()) {
                // The token reports this problem and recovers automatically.
                trouble = new Trouble(Reason.DOWN, health.reason(), null);
                firstAttempt.complete(List.of());
                return Optional.of(HEALTH_PAUSE);
            }
            List<SigningException> problems = findKeys();
            if (!problems.isEmpty()) {
                return failed(problems);
            }
            trouble = null;
            failures = 0;
            firstAttempt.complete(List.of());
            return Optional.empty();
        } catch (SigningException e) {
            return failed(List.of(e));
        } catch (Throwable e) {
            // Also an Error, because the executor would not report it.
            return unexpected(e);
        }
    }

    private Optional<Duration> unexpected(Throwable error) {
        if (!error.toString().equals(lastLogged)) {
            LOG.error("Token \"{}\" failed with an unexpected error.", name, error);
        }
        lastLogged = error.toString();
        // An open token never retries a rejected PIN. Otherwise it is unknown whether this attempt logged in, so it is
        // not repeated.
        Optional<Duration> pause = token().map(open -> retryPause(++failures, ThreadLocalRandom.current()));
        String text = "The connection to the token failed with an unexpected error. The log has the reason.";
        trouble = new Trouble(Reason.DOWN, text, pause.orElse(null));
        firstAttempt.complete(List.of());
        return pause;
    }

    private List<SigningException> findKeys() {
        List<SigningException> problems = new ArrayList<>();
        for (KeyBinding key : keys) {
            if (!key.isFoundOn(name)) {
                try {
                    key.findOn(name, token, Deadline.after(VERIFICATION_LIMIT));
                } catch (SigningException e) {
                    problems.add(e);
                }
            }
        }
        return problems;
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
            LOG.warn(
                    "Token \"{}\" is not ready; next attempt in {} ms, and further ones with pauses of up to 30 s: {}",
                    name,
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

    /** Ends the attempts and closes the token. Returns {@code false} if a call in its module did not return. */
    boolean close() {
        attempts.shutdownNow();
        try {
            if (!attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Token \"{}\" stays open: a call in its module did not return.", name);
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("Token \"{}\" is left open: closing it was interrupted.", name);
            return false;
        }
        return token().map(Pkcs11Token::tryClose).orElse(true);
    }

    /** The next attempt is {@code null} if waiting alone does not help. */
    private record Trouble(Reason reason, String text, Duration nextAttempt) {}
}
