package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
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
    private static final Duration PROOF_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    /** How often a token that cannot be used is looked at, which asks the HSM nothing. */
    private static final Duration HEALTH_PAUSE = Duration.ofMillis(250);

    private final String name;
    private final Pkcs11Config config;
    private final Function<Pkcs11Config, Pkcs11Token> opener;
    private final List<KeyBinding> keys;
    private final IntFunction<Duration> pauses;
    private final Consumer<Pkcs11Token> opened;
    private final ScheduledExecutorService attempts;
    private final CompletableFuture<List<String>> firstAttempt = new CompletableFuture<>();
    private volatile Pkcs11Token token;
    private volatile Trouble trouble =
            new Trouble(Reason.DOWN, "The connection to the token is being opened.", Duration.ofSeconds(1));

    /** Of the background thread alone. */
    private int failures;

    private String lastTold = "";
    private ScheduledFuture<?> next;

    /**
     * Prepares a connector.
     *
     * @param name the name of the token in the settings
     * @param config how to reach it
     * @param opener opens it
     * @param keys the keys to find on it
     * @param pauses how long to pause after so many failures in a row
     * @param opened called once when the token is open
     */
    TokenConnector(
            String name,
            Pkcs11Config config,
            Function<Pkcs11Config, Pkcs11Token> opener,
            List<KeyBinding> keys,
            IntFunction<Duration> pauses,
            Consumer<Pkcs11Token> opened) {
        this.name = name;
        this.config = config;
        this.opener = opener;
        this.keys = List.copyOf(keys);
        this.pauses = pauses;
        this.opened = opened;
        this.attempts = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "token-" + name);
            // A call in a PKCS#11 module may never come back; it must not keep the process from ending.
            thread.setDaemon(true);
            return thread;
        });
    }

    String name() {
        return name;
    }

    /**
     * Starts the first attempt.
     *
     * @return what the first attempt finds wrong with the settings. It is left to the caller to tell of it, unless the
     *     caller has completed this by then
     */
    CompletableFuture<List<String>> start() {
        attempts.execute(this::attempt);
        return firstAttempt;
    }

    /** Returns the token, once it is open. */
    Optional<Pkcs11Token> token() {
        return Optional.ofNullable(token);
    }

    /**
     * Returns whether the token is open, and cannot be used: after the first attempt that means that it rejected the
     * PIN.
     */
    boolean isPinRejected() {
        return token().map(open -> !open.health().usable()).orElse(false);
    }

    /** Returns whether the token is open and, as far as is known, works. */
    boolean isUsable() {
        return token().map(open -> open.health().usable()).orElse(false);
    }

    /**
     * Why keys on the token cannot be used. Costs next to nothing.
     *
     * @return the reason, for the operator; empty if they can
     */
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
        tryNow().ifPresent(pause -> {
            if (!attempts.isShutdown()) {
                next = attempts.schedule(this::attempt, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Gives the pause before the next attempt; empty if there is none to be. */
    private Optional<Duration> tryNow() {
        try {
            if (token == null) {
                token = opener.apply(config);
                opened.accept(token);
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
            // Also an Error: the executor would keep it to itself.
            return unexpected(e);
        }
    }

    private Optional<Duration> unexpected(Throwable error) {
        if (!error.toString().equals(lastTold)) {
            LOG.error("Token \"{}\" failed with an unexpected error.", name, error);
        }
        lastTold = error.toString();
        Optional<Duration> pause = Optional.empty();
        if (token != null) {
            // An open token never tries a PIN again that was refused. Without one it is unknown whether this attempt
            // logged in, so it is not repeated.
            failures++;
            pause = Optional.of(pauses.apply(failures));
        }
        trouble = new Trouble(
                Reason.DOWN,
                "The connection to the token failed with an unexpected error. The log has the reason.",
                pause.orElse(null));
        firstAttempt.complete(List.of());
        return pause;
    }

    private List<SigningException> findKeys() {
        List<SigningException> problems = new ArrayList<>();
        for (KeyBinding key : keys) {
            if (!key.isFoundOn(name)) {
                try {
                    key.findOn(name, token, Deadline.after(PROOF_LIMIT));
                } catch (SigningException e) {
                    problems.add(e);
                }
            }
        }
        return problems;
    }

    private Optional<Duration> failed(List<SigningException> problems) {
        failures++;
        Duration pause = pauses.apply(failures);
        String reason = problems.stream().map(Throwable::getMessage).distinct().collect(Collectors.joining(" "));
        trouble = new Trouble(reasonOf(problems.get(0)), reason, pause);
        List<String> wrong = problems.stream()
                .filter(InvalidConfigurationException.class::isInstance)
                .map(Throwable::getMessage)
                .distinct()
                .toList();
        boolean toldByCaller = firstAttempt.complete(wrong) && wrong.size() == problems.size();
        if (!toldByCaller && !reason.equals(lastTold)) {
            LOG.warn(
                    "Token \"{}\" is not ready; next attempt in {} ms, and further ones with pauses of up to 30 s: {}",
                    name,
                    pause.toMillis(),
                    reason);
        }
        lastTold = reason;
        return Optional.of(pause);
    }

    /** A setting that does not match the token, such as a label: the key is not where it should be. */
    private static Reason reasonOf(SigningException problem) {
        return problem instanceof SigningUnavailableException unavailable ? unavailable.reason() : Reason.KEY_MISSING;
    }

    /**
     * Ends the attempts and closes the token; to be called after the last request.
     *
     * @return whether the token is closed; {@code false} if a call in its module did not return
     */
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
        Pkcs11Token open = token;
        return open == null || open.tryClose();
    }

    /** The next attempt is {@code null} if waiting alone does not help. */
    private record Trouble(Reason reason, String text, Duration nextAttempt) {}
}
