package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.pkcs11.TokenSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;

/**
 * The connections to all keys of the properties. Keys on the same token share a connection, and so a login and a pool.
 *
 * <p>Spring closes it after the web server and after all beans that use keys. Thread-safe.
 */
final class KeyConnections implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(KeyConnections.class);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(20);

    private final Map<String, KeyConnection> byKey = new TreeMap<>();
    private final Map<String, KeyConnection> tokens = new TreeMap<>();
    private final Map<String, SigningQueue> queues = new LinkedHashMap<>();
    private final KeyMonitor monitor;
    private @Nullable SigningService service;

    private KeyConnections(
            SignerProperties properties, List<Pkcs11ConfigBuilderCustomizer> customizers, KeyMonitor monitor) {
        this.monitor = monitor;
        Map<String, SigningException> problems = new TreeMap<>();
        Map<TokenId, List<KeySettings>> onTokens = new LinkedHashMap<>();
        properties.keys().keySet().forEach(name -> {
            try {
                KeySettings settings = KeySettings.of(name, properties);
                settings.pkcs11()
                        .ifPresentOrElse(
                                uri -> onTokens.computeIfAbsent(TokenId.of(uri), id -> new ArrayList<>())
                                        .add(settings),
                                () -> connect(settings));
            } catch (InvalidConfigurationException e) {
                problems.put(name, e);
            }
        });
        onTokens.values().forEach(keys -> {
            try {
                connect(keys, properties, customizers);
            } catch (InvalidConfigurationException e) {
                keys.forEach(key -> problems.put(key.name(), e));
            }
        });
        if (!problems.isEmpty()) {
            throw new KeyStartupException(problems);
        }
    }

    /**
     * Connects to all keys, and waits for the first attempt with each, up to the limit of the properties.
     *
     * @throws KeyStartupException if properties are wrong, or a key cannot sign and {@code fail-fast} is set
     */
    static KeyConnections open(
            SignerProperties properties, List<Pkcs11ConfigBuilderCustomizer> customizers, KeyMonitor monitor) {
        KeyConnections connections = new KeyConnections(properties, customizers, monitor);
        try {
            connections.start(properties.startupTimeout(), properties.failFast());
            return connections;
        } catch (RuntimeException | Error e) {
            connections.destroy();
            throw e;
        }
    }

    private void connect(KeySettings key) {
        byKey.put(
                key.name(),
                new KeyConnection(
                        "Key \"" + key.name() + "\"",
                        List.of(key),
                        () -> new OpenedSource.OfUri(KeySource.open(key.uri(), Deadline.after(OPEN_LIMIT))),
                        this::refresh));
    }

    private void connect(
            List<KeySettings> keys, SignerProperties properties, List<Pkcs11ConfigBuilderCustomizer> customizers) {
        Pkcs11Uri uri = keys.get(0).pkcs11().orElseThrow();
        String token = uniqueName(uri);
        Pkcs11Config.Builder builder = Pkcs11Config.builder(uri)
                .maximumPoolSize(properties.pkcs11().maximumPoolSize())
                .minimumIdle(properties.pkcs11().minimumIdle())
                .keepaliveTime(properties.pkcs11().keepaliveTime());
        Consumer<Pkcs11Token> whenOpen = monitor.token(token, builder);
        customizers.forEach(customizer -> customizer.customize(token, builder));
        Pkcs11Config config = builder.build();
        KeyConnection connection = new KeyConnection(
                "Token \"" + token + "\"",
                keys,
                () -> {
                    Pkcs11Token open = Pkcs11Token.open(config);
                    whenOpen.accept(open);
                    return new OpenedSource.OfToken(open);
                },
                this::refresh);
        tokens.put(token, connection);
        SigningQueue queue = queue(config.maximumPoolSize(), properties.queue());
        monitor.queue(token, queue);
        keys.forEach(key -> {
            byKey.put(key.name(), connection);
            queues.put(key.name(), queue);
        });
    }

    /** Admits one signature for each session, and as many again that wait at the token itself. */
    private static SigningQueue queue(int sessions, SignerProperties.Queue limits) {
        int ahead = Math.min(sessions, limits.maxWaiting());
        return SigningQueue.of(sessions + ahead, limits.maxWaiting() - ahead, limits.maxWait());
    }

    /** Returns the label of the token, otherwise its serial number or slot. */
    private String uniqueName(Pkcs11Uri uri) {
        String name = uri.token()
                .or(uri::serial)
                .or(() -> uri.slotId().map(id -> "slot-" + Long.toUnsignedString(id)))
                .orElse("token")
                .replace('/', '_');
        String unique = name;
        for (int number = 2; tokens.containsKey(unique); number++) {
            unique = name + "-" + number;
        }
        return unique;
    }

    private void start(Duration limit, boolean failFast) {
        Map<KeyConnection, CompletableFuture<Map<String, SigningException>>> first = new LinkedHashMap<>();
        Set.copyOf(byKey.values()).forEach(connection -> first.put(connection, connection.start()));
        try {
            CompletableFuture.allOf(first.values().toArray(CompletableFuture<?>[]::new))
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "A connection to a signing key takes longer than signer.startup-timeout ({}); startup continues.",
                    limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The startup was interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("An attempt ends with a list of problems.", e);
        }
        Map<String, SigningException> problems = new TreeMap<>();
        first.forEach((connection, attempt) -> problems.putAll(attempt.getNow(Map.of())));
        if (failFast) {
            byKey.keySet().stream()
                    .filter(name -> find(name).isEmpty())
                    .forEach(name -> problems.putIfAbsent(name, connection(name).unavailable(name)));
        } else if (problems.values().stream().anyMatch(KeyConnections::isPinRejected)) {
            // A supervisor would restart the application, and each start would try the wrong PIN again.
            problems.forEach((name, problem) -> LOG.error("Key \"{}\" cannot sign: {}", name, problem.getMessage()));
            return;
        } else {
            problems.values().removeIf(problem -> !(problem instanceof InvalidConfigurationException));
        }
        if (!problems.isEmpty()) {
            throw new KeyStartupException(problems);
        }
    }

    private static boolean isPinRejected(SigningException problem) {
        return problem instanceof SigningUnavailableException unavailable
                && unavailable.reason() == SigningUnavailableException.Reason.PIN_REJECTED;
    }

    /** Returns the keys as they are now. Requests for a key that was not found yet get the reason. */
    SigningKeys keys() {
        Map<String, Supplier<SigningUnavailableException>> missing = new LinkedHashMap<>();
        List<SigningKey> found = new ArrayList<>();
        byKey.keySet()
                .forEach(name -> find(name)
                        .ifPresentOrElse(
                                found::add,
                                () -> missing.put(name, () -> connection(name).unavailable(name))));
        return SigningKeys.of(found, missing);
    }

    /** Gives the service each key that is found from now on. */
    synchronized void serve(SigningService created) {
        service = created;
        refresh();
    }

    private synchronized void refresh() {
        monitor.keys(keys().all());
        if (service != null) {
            service.replaceKeys(keys());
        }
    }

    Map<String, SigningQueue> queues() {
        return queues;
    }

    /** Returns the names of all keys. */
    Set<String> names() {
        return byKey.keySet();
    }

    /** Returns a key; empty if it was not found yet. */
    Optional<SigningKey> find(String name) {
        return connection(name).key(name);
    }

    /** Returns a signer that uses the key as soon as it is found. */
    Signer signer(String name) {
        return new DeferredSigner(() -> find(name)
                .map(SigningKey::signer)
                .orElseThrow(() -> connection(name).unavailable(name)));
    }

    /** Returns the connection that a key belongs to. */
    KeyConnection connection(String keyName) {
        KeyConnection connection = byKey.get(keyName);
        if (connection == null) {
            throw new InvalidConfigurationException(
                    "There is no signing key \"" + keyName + "\"; there are " + byKey.keySet() + ".");
        }
        return connection;
    }

    /** Returns the connections to PKCS#11 tokens, by the name of the token. */
    Map<String, KeyConnection> tokens() {
        return tokens;
    }

    @Override
    public void destroy() {
        List<CompletableFuture<Void>> closing = Set.copyOf(byKey.values()).stream()
                .map(connection ->
                        CompletableFuture.runAsync(connection::close, work -> new Thread(work, "signer-close").start()))
                .toList();
        closing.forEach(CompletableFuture::join);
    }

    /** Keys with the same id are on the same token, with the same login. */
    private record TokenId(Optional<String> module, TokenSelector token, Optional<String> pinSource) {

        static TokenId of(Pkcs11Uri uri) {
            return new TokenId(uri.modulePath(), TokenSelector.of(uri), uri.pinSource());
        }
    }
}
