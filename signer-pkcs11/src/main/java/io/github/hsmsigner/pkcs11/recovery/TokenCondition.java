package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a token in use is, put together from what is known without asking it. Owned by the token's access; safe for use by any number of
 * threads at once.
 */
final class TokenCondition {

    private final CircuitBreaker breaker;
    private final ModuleCalls calls;
    private final SessionPool sessions;
    private final RecoverySettings settings;
    private final Map<Object, String> unusableKeys = new ConcurrentHashMap<>();

    TokenCondition(CircuitBreaker breaker, ModuleCalls calls, SessionPool sessions, RecoverySettings settings) {
        this.breaker = breaker;
        this.calls = calls;
        this.sessions = sessions;
        this.settings = settings;
    }

    /**
     * Says that a key cannot be used, or that it can after all.
     *
     * @param key what tells the key from others
     * @param problem why not; empty if it can
     */
    void keyProblem(Object key, Optional<String> problem) {
        problem.ifPresentOrElse(why -> unusableKeys.put(key, why), () -> {
            if (!unusableKeys.isEmpty()) {
                unusableKeys.remove(key);
            }
        });
    }

    TokenHealth health() {
        Optional<String> trouble =
                breaker.reason().or(() -> unusableKeys.values().stream().findFirst());
        if (trouble.isPresent()) {
            return TokenHealth.unhealthy(trouble.get());
        }
        int hung = calls.hung();
        if (hung >= settings.hungCallLimit()) {
            return TokenHealth.unhealthy(hung + " calls in the PKCS#11 module do not come back.");
        }
        if (hung > 0) {
            return TokenHealth.degraded(hung + " of the sessions are lost to calls that do not come back.");
        }
        if (sessions.withheld() > 0) {
            return TokenHealth.degraded("The token has no room for " + sessions.withheld() + " of the sessions.");
        }
        return TokenHealth.healthy();
    }
}
