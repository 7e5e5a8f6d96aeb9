package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of the settings and the signing service over them. Some keys can be used, and others could not be reached
 * yet.
 *
 * <p>Keys are only added. The registry keeps a key that was found once. The key's token handles later failures. After
 * an addition, a new service serves the next requests, and requests in progress continue with the old one. Thread-safe.
 */
final class SigningKeyRegistry implements Supplier<SigningService> {

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeyRegistry.class);

    private final Set<String> names;
    private final SigningServiceFactory factory;
    private final Function<String, SigningUnavailableException> reasons;

    /** Guarded by this object. */
    private final Map<String, SigningKey> found = new LinkedHashMap<>();

    private volatile State state;

    /** Creates a registry without a usable key. The reasons say why the key of a name was not found yet. */
    SigningKeyRegistry(
            Set<String> names, SigningServiceFactory factory, Function<String, SigningUnavailableException> reasons) {
        this.names = names;
        this.factory = factory;
        this.reasons = reasons;
        this.state = newState();
    }

    /** Creates a registry of one key, and does not announce the key. */
    static SigningKeyRegistry of(SigningKey key, SigningServiceFactory factory) {
        SigningKeyRegistry registry = new SigningKeyRegistry(Set.of(key.name()), factory, name -> {
            throw new IllegalStateException("The registry has the key " + name + ".");
        });
        registry.add(key);
        return registry;
    }

    private synchronized boolean add(SigningKey key) {
        boolean known = found.put(key.name(), key) != null;
        state = newState();
        return known;
    }

    /** Adds a key, or replaces the key of its name. */
    synchronized void register(SigningKey key) {
        boolean known = add(key);
        X509Certificate signer = key.chain().signer();
        LOG.info(
                "Key \"{}\" {}: certificate of {}, serial {}, valid from {} to {}; {} issuers.",
                key.name(),
                known ? "is on one more token" : "is ready",
                DistinguishedName.ofSubject(signer),
                signer.getSerialNumber().toString(16),
                signer.getNotBefore().toInstant(),
                signer.getNotAfter().toInstant(),
                key.chain().issuers().size());
    }

    private State newState() {
        Map<String, Supplier<SigningUnavailableException>> missing = new LinkedHashMap<>();
        names.stream()
                .filter(name -> !found.containsKey(name))
                .forEach(name -> missing.put(name, () -> reasons.apply(name)));
        List<SigningKey> keys =
                names.stream().filter(found::containsKey).map(found::get).toList();
        return new State(factory.create(SigningKeys.of(keys, missing)), keys);
    }

    /** Returns the signing service over the keys as they are now. */
    @Override
    public SigningService get() {
        return state.service();
    }

    /** Returns the names of all keys. */
    Set<String> names() {
        return names;
    }

    /** Returns the usable keys. */
    List<SigningKey> keys() {
        return state.keys();
    }

    /** Returns a key by its name; empty if it was not found yet. */
    Optional<SigningKey> find(String name) {
        return keys().stream().filter(key -> key.name().equals(name)).findFirst();
    }

    private record State(SigningService service, List<SigningKey> keys) {}
}
