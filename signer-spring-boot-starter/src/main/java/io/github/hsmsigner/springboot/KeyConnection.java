package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a token, or a URI of another scheme, and finds its keys, in the background, until all keys are found.
 *
 * <p>Failed attempts are repeated with growing pauses. They never log in with a PIN that was rejected. A token that
 * rejects the PIN is open. It logs in automatically when the source of the PIN returns another one. Thread-safe.
 */
final class KeyConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyConnection.class);
    private static final Duration TRIAL_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration HEALTH_PAUSE = Duration.ofMillis(250);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final String name;
    private final List<KeySettings> keys;
    private final Supplier<OpenedSource> opener;
    private final Runnable whenFound;
    private final ScheduledExecutorService attempts;
    private final CompletableFuture<Map<String, SigningException>> firstAttempt = new CompletableFuture<>();
    private final Map<String, FoundKey> found = new ConcurrentHashMap<>();
    private volatile @Nullable OpenedSource source;
    private volatile Map<String, SigningException> problems;

    /** The fields below belong to the background thread. */
    private int failures;

    private String lastLogged = "";

    /** Prepares the connection. {@code whenFound} runs after keys were found. */
    KeyConnection(String name, List<KeySettings> keys, Supplier<OpenedSource> opener, Runnable whenFound) {
        this.name = name;
        this.keys = List.copyOf(keys);
        this.opener = opener;
        this.whenFound = whenFound;
        this.problems = forAll(SigningUnavailableException.passing(
                "The connection to the key is being opened.", Duration.ofSeconds(1), null));
        this.attempts = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "signer-" + name);
            // A call in a PKCS#11 module may never return. It must not keep the application from ending.
            thread.setDaemon(true);
            return thread;
        });
    }

    String name() {
        return name;
    }

    List<KeySettings> keys() {
        return keys;
    }

    /** Starts the first attempt. The result has the problem of each key that was not found. */
    CompletableFuture<Map<String, SigningException>> start() {
        attempts.execute(this::attempt);
        return firstAttempt;
    }

    Optional<SigningKey> key(String keyName) {
        return Optional.ofNullable(found.get(keyName)).map(FoundKey::key);
    }

    /** Returns why a key was not found yet. */
    SigningUnavailableException unavailable(String keyName) {
        SigningException problem = problems.get(keyName);
        if (problem instanceof SigningUnavailableException unavailable) {
            return unavailable;
        }
        String text = problem == null ? "The key is being looked for." : String.valueOf(problem.getMessage());
        return SigningUnavailableException.passing(Reason.KEY_MISSING, text, Duration.ofSeconds(1), problem);
    }

    /** Returns the health of a key. Makes no call to the HSM. */
    KeyHealth health(String keyName) {
        FoundKey key = found.get(keyName);
        if (key == null) {
            return KeyHealth.unusable(String.valueOf(unavailable(keyName).getMessage()));
        }
        TokenHealth token = health();
        return token.usable() ? key.health().get() : KeyHealth.unusable(token.reason());
    }

    /** Returns the health of the token. Makes no call to the HSM. */
    TokenHealth health() {
        OpenedSource open = source;
        return open == null
                ? TokenHealth.unhealthy(
                        String.valueOf(unavailable(keys.get(0).name()).getMessage()))
                : open.health();
    }

    /** Returns the token, once it is open; empty for another scheme. */
    Optional<Pkcs11Token> token() {
        return source instanceof OpenedSource.OfToken open ? Optional.of(open.token()) : Optional.empty();
    }

    private void attempt() {
        Optional<Duration> pause;
        try {
            pause = connect();
        } catch (Throwable e) {
            // Also an Error, because the executor would not report it.
            LOG.error("The connection to {} failed with an unexpected error.", name, e);
            // It is not known whether this attempt logged in, so only an open token is tried again.
            pause = source == null ? Optional.empty() : Optional.of(retryPause());
            problems = forAll(SigningUnavailableException.lasting(
                    "The connection to " + name + " failed with an unexpected error. The log has the reason.", e));
        }
        firstAttempt.complete(problems);
        pause.filter(time -> !attempts.isShutdown())
                .ifPresent(time -> attempts.schedule(this::attempt, time.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Returns the pause before the next attempt; empty if there is none. */
    private Optional<Duration> connect() {
        OpenedSource open = source;
        if (open == null) {
            try {
                open = opener.get();
            } catch (SigningException e) {
                return failed(forAll(e));
            }
            source = open;
        }
        TokenHealth health = open.health();
        if (!health.usable()) {
            // A token is open without being usable if it rejected the PIN. It recovers automatically.
            problems = forAll(SigningUnavailableException.lasting(Reason.PIN_REJECTED, health.reason(), null));
            return Optional.of(HEALTH_PAUSE);
        }
        Map<String, SigningException> missing = findKeys(open);
        if (missing.isEmpty()) {
            problems = missing;
            return Optional.empty();
        }
        return failed(missing);
    }

    private Map<String, SigningException> findKeys(OpenedSource open) {
        Map<String, SigningException> missing = new LinkedHashMap<>();
        int before = found.size();
        for (KeySettings key : keys) {
            if (!found.containsKey(key.name())) {
                try {
                    OpenedSource.Found at = open.find(key);
                    SigningKey opened = key.open(at.signer(), at.certificates(), Deadline.after(TRIAL_LIMIT));
                    found.put(key.name(), new FoundKey(opened, at.health()));
                    LOG.info("Key \"{}\" is ready.", key.name());
                } catch (SigningException e) {
                    missing.put(key.name(), e);
                }
            }
        }
        if (found.size() > before) {
            whenFound.run();
        }
        return missing;
    }

    private Optional<Duration> failed(Map<String, SigningException> missing) {
        problems = missing;
        Duration pause = retryPause();
        String text =
                missing.values().stream().map(Throwable::getMessage).distinct().collect(Collectors.joining(" "));
        // Startup itself reports a mistake in the properties.
        boolean reported = !firstAttempt.isDone()
                && missing.values().stream().allMatch(InvalidConfigurationException.class::isInstance);
        if (!reported && !text.equals(lastLogged)) {
            LOG.warn(
                    "{} is not ready; next attempt in {} ms, and further ones with pauses of up to 30 s: {}",
                    name,
                    pause.toMillis(),
                    text);
        }
        lastLogged = text;
        return Optional.of(pause);
    }

    /** Doubles from one second to thirty seconds, shortened at random, so that many instances do not reconnect in step. */
    private Duration retryPause() {
        long full = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures++, 5));
        long shortened = full - ThreadLocalRandom.current().nextLong(full / 4);
        return Duration.ofMillis(Math.max(FIRST_PAUSE_MILLIS, shortened));
    }

    private Map<String, SigningException> forAll(SigningException problem) {
        return keys.stream().collect(Collectors.toMap(KeySettings::name, key -> problem));
    }

    /** Ends the attempts and closes the token. */
    @Override
    public void close() {
        attempts.shutdownNow();
        try {
            if (!attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} stays open: a call in its module did not return.", name);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("{} is left open: closing it was interrupted.", name);
            return;
        }
        OpenedSource open = source;
        if (open != null) {
            open.close();
        }
    }

    private record FoundKey(SigningKey key, Supplier<KeyHealth> health) {}
}
