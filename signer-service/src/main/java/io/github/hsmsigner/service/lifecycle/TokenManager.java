package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.KeyUri;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.server.ManagementEndpoints.LoginControl;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens all tokens and key sources of the settings and registers their keys. They do not depend on each other: one that
 * fails does not affect the keys of the others. Thread-safe.
 */
final class TokenManager implements LoginControl {

    private static final Logger LOG = LoggerFactory.getLogger(TokenManager.class);

    private final ServiceSettings settings;
    private final SigningKeyRegistry registry;
    private final Map<String, KeyBinding> bindings = new LinkedHashMap<>();
    private final Map<String, TokenConnector> connectors = new LinkedHashMap<>();

    /** By the URI. */
    private final Map<KeyUri, ProviderConnector> providers = new LinkedHashMap<>();

    /** Prepares the connectors; nothing is opened yet. The opener opens the token of a name. */
    TokenManager(
            ServiceSettings settings,
            SigningKeyVerifier verifier,
            SigningServiceFactory factory,
            BiFunction<String, Pkcs11Config, Pkcs11Token> opener) {
        this.settings = settings;
        this.registry = new SigningKeyRegistry(settings.keys().keySet(), factory, this::unavailable);
        settings.keys().forEach((name, key) -> {
            if (key instanceof KeySettings.OnToken onToken) {
                bindings.put(name, new KeyBinding(name, onToken, verifier, registry::register));
            }
        });
        settings.tokens().forEach((name, token) -> {
            List<KeyBinding> onIt = bindings.values().stream()
                    .filter(key -> key.tokens().contains(name))
                    .toList();
            if (onIt.isEmpty()) {
                LOG.warn("No key is on token \"{}\", so it is not opened.", name);
            } else {
                connectors.put(name, new TokenConnector(name, () -> opener.apply(name, token.pkcs11()), onIt));
            }
        });
        Map<KeyUri, Map<String, KeySettings.FromProvider>> byUri = new LinkedHashMap<>();
        settings.keys().forEach((name, key) -> {
            if (key instanceof KeySettings.FromProvider provided) {
                byUri.computeIfAbsent(provided.uri(), uri -> new LinkedHashMap<>())
                        .put(name, provided);
            }
        });
        byUri.forEach(
                (uri, keys) -> providers.put(uri, new ProviderConnector(uri, keys, verifier, registry::register)));
    }

    /**
     * Opens all tokens at the same time. Waits until the first attempt with each has ended, or until the limit. The
     * service opens the other tokens in the background.
     *
     * <p>If a token refused its PIN, problems with the settings are only logged. If the process ended, its supervisor
     * would restart it, and each startup would try the wrong PIN again. Otherwise they are returned, one sentence each.
     */
    List<String> open(Duration limit) throws InterruptedException {
        Map<KeyConnector, CompletableFuture<List<String>>> attempts = new LinkedHashMap<>();
        all().forEach(connector -> attempts.put(connector, connector.start()));
        try {
            CompletableFuture.allOf(attempts.values().toArray(CompletableFuture<?>[]::new))
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            attempts.forEach((connector, attempt) -> {
                if (attempt.complete(List.of())) {
                    LOG.warn("{} takes long to connect; startup does not wait for it.", connector.subject());
                }
            });
        } catch (ExecutionException e) {
            throw new IllegalStateException("An attempt ends with a list of problems", e);
        }
        List<String> problems = attempts.values().stream()
                .flatMap(attempt -> attempt.join().stream())
                .distinct()
                .toList();
        if (connectors.values().stream().noneMatch(TokenConnector::isPinRejected)) {
            return problems;
        }
        problems.forEach(problem -> LOG.error("{}", problem));
        return List.of();
    }

    private SigningUnavailableException unavailable(String keyName) {
        return connectorsOf(keyName)
                .map(KeyConnector::unavailable)
                .filter(SigningUnavailableException::retryable)
                .findFirst()
                .or(() -> connectorsOf(keyName).map(KeyConnector::unavailable).findFirst())
                .orElseGet(() -> SigningUnavailableException.lasting("The key in a file is not open.", null));
    }

    private Stream<KeyConnector> connectorsOf(String keyName) {
        KeySettings key = settings.keys().get(keyName);
        return key instanceof KeySettings.FromProvider provided
                ? Stream.of(providers.get(provided.uri()))
                : key.tokens().stream().map(connectors::get);
    }

    private List<KeyConnector> all() {
        return Stream.<KeyConnector>concat(connectors.values().stream(), providers.values().stream())
                .toList();
    }

    /** Returns the keys, and the signing service over them. */
    SigningKeyRegistry registry() {
        return registry;
    }

    /** Returns the connectors of the tokens that have keys. */
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

    /** Returns why a key cannot be used, for the operator; empty if it can. Makes no call to the HSM. */
    Optional<String> problem(String keyName) {
        KeyBinding onTokens = bindings.get(keyName);
        if (onTokens == null) {
            return registry.find(keyName).isPresent()
                    ? Optional.empty()
                    : connectorsOf(keyName)
                            .flatMap(connector -> connector.problem().stream())
                            .findFirst()
                            .or(() -> Optional.of("The key is not open."));
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

    /** Reloads the certificates of all keys or, if it throws, of none. Returns the names of the keys with a change. */
    List<String> reloadCertificates() {
        List<String> changed = registry.get().reloadCertificates();
        all().forEach(KeyConnector::retryNow);
        return changed;
    }

    /** Closes all tokens and key sources at the same time. Returns {@code false} if a call in a module did not return. */
    boolean close() {
        List<CompletableFuture<Boolean>> closing = all().stream()
                .map(connector -> CompletableFuture.supplyAsync(
                        connector::close, work -> new Thread(work, "close-token").start()))
                .toList();
        return closing.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
    }
}
