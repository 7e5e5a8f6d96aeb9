package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Opens one token and finds the keys on it.
 *
 * <p>It never logs in with a PIN that was rejected. A token that rejects the PIN is open all the same and remembers the
 * rejection. It logs in automatically when the PIN's source returns another PIN. Until then, no keys are searched for on
 * it. Thread-safe.
 */
final class TokenConnector extends KeyConnector {

    /** The interval of checks of an unusable token. They make no call to the HSM. */
    private static final Duration HEALTH_PAUSE = Duration.ofMillis(250);

    private final String name;
    private final Supplier<Pkcs11Token> opener;
    private final List<KeyBinding> keys;
    private volatile Pkcs11Token token;

    TokenConnector(String name, Supplier<Pkcs11Token> opener, List<KeyBinding> keys) {
        super("Token \"" + name + "\"", "token-" + name, "The connection to the token is being opened.");
        this.name = name;
        this.opener = opener;
        this.keys = keys;
    }

    String name() {
        return name;
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

    @Override
    Optional<String> problem() {
        return token().map(Pkcs11Token::health)
                .filter(health -> !health.usable())
                .map(TokenHealth::reason)
                .or(super::problem);
    }

    @Override
    Optional<Duration> connect() {
        if (token == null) {
            token = opener.get();
        }
        TokenHealth health = token.health();
        if (!health.usable()) {
            return unusable(health.reason(), HEALTH_PAUSE);
        }
        return find(
                keys.stream().filter(key -> !key.isFoundOn(name)).toList(),
                key -> key.findOn(name, token, Deadline.after(VERIFICATION_LIMIT)));
    }

    /**
     * An open token never retries a rejected PIN. Otherwise it is unknown whether the attempt logged in, so it is not
     * repeated.
     */
    @Override
    boolean retriesUnexpected() {
        return token != null;
    }

    @Override
    boolean closeSource() {
        return token().map(Pkcs11Token::tryClose).orElse(true);
    }
}
