package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.server.LoginControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All keys of the settings and the tokens that they are on. Tokens come and go each for itself, so that one that is
 * away does not take the keys of the others with it. Thread-safe.
 */
final class TokenManager implements LoginControl {

    /** Hears of what happens with tokens. */
    interface TokenObserver {

        /** Hears of what happens between this process and the token of a name. */
        Pkcs11Listener eventsOf(String tokenName);

        /** A token is open. */
        void opened(String tokenName, Pkcs11Token token);
    }

    private static final Logger LOG = LoggerFactory.getLogger(TokenManager.class);

    private final ServiceSettings settings;
    private final SigningKeyVerifier verifier;
    private final SigningKeyRegistry registry;
    private final Map<String, KeyBinding> bindings = new LinkedHashMap<>();
    private final Map<String, TokenConnector> connectors = new LinkedHashMap<>();

    /**
     * Prepares the connections; nothing is opened yet.
     *
     * @param settings the settings
     * @param verifier what keys must fulfil
     * @param factory makes a signing service over keys
     * @param observer receives the events of tokens
     * @param opener opens a token
     */
    TokenManager(
            ServiceSettings settings,
            SigningKeyVerifier verifier,
            Function<SigningKeys, SigningService> factory,
            TokenObserver observer,
            Function<Pkcs11Config, Pkcs11Token> opener) {
        this.settings = settings;
        this.verifier = verifier;
        this.registry = new SigningKeyRegistry(settings.keys().keySet(), factory, this::unavailable);
        settings.keys().forEach((name, key) -> {
            if (key instanceof KeySettings.OnToken onToken) {
                bindings.put(name, new KeyBinding(name, onToken, verifier, registry::use));
            }
        });
        settings.tokens().forEach((name, token) -> {
            List<KeyBinding> onIt = bindings.values().stream()
                    .filter(key -> key.tokens().contains(name))
                    .toList();
            if (onIt.isEmpty()) {
                LOG.warn("No key is on token \"{}\", so it is not opened.", name);
            } else {
                connectors.put(
                        name,
                        new TokenConnector(
                                name,
                                token.pkcs11().toBuilder()
                                        .listener(observer.eventsOf(name))
                                        .build(),
                                opener,
                                onIt,
                                new Backoff(ThreadLocalRandom.current()),
                                opened -> observer.opened(name, opened)));
            }
        });
    }

    /**
     * Opens the keys in files, which either works or never will.
     *
     * @return what is wrong with them, one sentence each
     */
    List<String> openFiles() {
        return FileKey.openAll(settings.keys(), verifier, registry::use);
    }

    /**
     * Opens all tokens at the same time. Waits until the first attempt with each has ended, or until the limit. The
     * service opens the other tokens in the background.
     *
     * <p>If a token refused its PIN, problems with the settings are only logged. If the process ended, its supervisor
     * would restart it, and each startup would try the wrong PIN again.
     *
     * @param limit the longest time to wait
     * @return the problems with the settings, one sentence each
     * @throws InterruptedException if the waiting is interrupted
     */
    List<String> openTokens(Duration limit) throws InterruptedException {
        Map<TokenConnector, CompletableFuture<List<String>>> attempts = new LinkedHashMap<>();
        connectors.values().forEach(connector -> attempts.put(connector, connector.start()));
        long end = System.nanoTime() + limit.toNanos();
        List<String> problems = new ArrayList<>();
        for (Map.Entry<TokenConnector, CompletableFuture<List<String>>> attempt : attempts.entrySet()) {
            problems.addAll(await(attempt.getKey(), attempt.getValue(), end - System.nanoTime()));
        }
        if (problems.isEmpty() || connectors.values().stream().noneMatch(TokenConnector::isPinRejected)) {
            return problems.stream().distinct().toList();
        }
        problems.forEach(problem -> LOG.error("{}", problem));
        return List.of();
    }

    private static List<String> await(TokenConnector connector, CompletableFuture<List<String>> attempt, long nanos)
            throws InterruptedException {
        try {
            return attempt.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The connection to token \"{}\" takes long; startup does not wait for it.", connector.name());
            attempt.complete(List.of());
            return attempt.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("An attempt ends with a list of problems", e);
        }
    }

    private SigningUnavailableException unavailable(String keyName) {
        return connectorsOf(keyName)
                .map(TokenConnector::unavailable)
                .filter(SigningUnavailableException::retryable)
                .findFirst()
                .or(() -> connectorsOf(keyName).map(TokenConnector::unavailable).findFirst())
                .orElseGet(() -> SigningUnavailableException.lasting("The key in a file is not open.", null));
    }

    private Stream<TokenConnector> connectorsOf(String keyName) {
        return settings.keys().get(keyName) instanceof KeySettings.OnToken onToken
                ? onToken.tokens().stream().map(connectors::get)
                : Stream.empty();
    }

    /** Returns the keys, and the signing service over them. */
    SigningKeyRegistry registry() {
        return registry;
    }

    /** Returns the tokens that keys are on. */
    List<TokenConnector> connectors() {
        return List.copyOf(connectors.values());
    }

    @Override
    public List<String> tokens() {
        return List.copyOf(connectors.keySet());
    }

    @Override
    public boolean allowLogins(String tokenName) {
        Optional<Pkcs11Token> token =
                Optional.ofNullable(connectors.get(tokenName)).flatMap(TokenConnector::token);
        token.ifPresent(Pkcs11Token::allowLogins);
        return token.isPresent();
    }

    /**
     * Why a key cannot be used. Costs next to nothing.
     *
     * @return the reason, for the operator; empty if it can
     */
    Optional<String> problem(String keyName) {
        KeyBinding onTokens = bindings.get(keyName);
        if (onTokens == null) {
            return registry.missing().contains(keyName)
                    ? Optional.of("The key in a file is not open.")
                    : Optional.empty();
        }
        Optional<String> first = Optional.empty();
        for (String name : onTokens.tokens()) {
            Optional<KeyHealth> health = onTokens.health(name);
            TokenConnector connector = connectors.get(name);
            if (health.filter(KeyHealth::usable).isPresent() && connector.isUsable()) {
                return Optional.empty();
            }
            first = first.or(() -> health.filter(key -> !key.usable()).map(KeyHealth::reason))
                    .or(connector::problem);
        }
        return first.or(() -> Optional.of("The key is being looked for."));
    }

    /**
     * Reloads the certificate files.
     *
     * @return the names of the keys whose certificates changed
     * @throws io.github.hsmsigner.core.error.SigningException if the certificates of one key cannot be reloaded; then
     *     none are
     */
    List<String> reloadCertificates() {
        List<String> changed = registry.get().reloadCertificates();
        connectors.values().forEach(TokenConnector::retryNow);
        return changed;
    }

    /**
     * Closes all tokens at the same time; called after the last request.
     *
     * @return whether all are closed; {@code false} if a call in a module has not come back
     */
    boolean close() {
        List<CompletableFuture<Boolean>> closing = connectors.values().stream()
                .map(connector -> CompletableFuture.supplyAsync(
                        connector::close, work -> new Thread(work, "close-token").start()))
                .toList();
        return closing.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
    }
}
