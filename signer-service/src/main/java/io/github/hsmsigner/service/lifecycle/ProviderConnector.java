package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.service.config.KeySettings.FromProvider;
import io.github.hsmsigner.service.config.KeyUri;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Opens the keys of one URI with an integrator's provider. Thread-safe. */
final class ProviderConnector extends KeyConnector {

    private final KeyUri uri;
    private final SigningKeyVerifier verifier;
    private final Consumer<SigningKey> verified;
    private volatile ProvidedKeys source;

    /** The keys that are not found yet, which belong to the background thread. */
    private final Map<String, FromProvider> missing;

    ProviderConnector(
            KeyUri uri, Map<String, FromProvider> keys, SigningKeyVerifier verifier, Consumer<SigningKey> verified) {
        super(
                keys.keySet().stream()
                        .collect(Collectors.joining("\", \"", "Key source \"" + uri.scheme() + "\" of \"", "\"")),
                "key-source-" + uri.scheme(),
                "The key source is being opened.");
        this.uri = uri;
        this.verifier = verifier;
        this.verified = verified;
        this.missing = Collections.synchronizedMap(new LinkedHashMap<>(keys));
    }

    @Override
    Optional<Duration> connect() {
        if (source == null) {
            source = ProvidedKeys.open(uri, Deadline.after(VERIFICATION_LIMIT));
        }
        return find(missing.keySet().stream().toList(), name -> {
            verified.accept(source.find(name, missing.get(name), verifier, Deadline.after(VERIFICATION_LIMIT)));
            missing.remove(name);
        });
    }

    /** Without a PKCS#11 token, no PIN can be locked. */
    @Override
    boolean retriesUnexpected() {
        return true;
    }

    @Override
    boolean closeSource() {
        Optional.ofNullable(source).ifPresent(ProvidedKeys::close);
        return true;
    }
}
