package io.github.hsmsigner.access;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.util.Optional;

/**
 * Decides about requests for certificates that have no signing token. Certificates are public: every signed document
 * contains them. All other requests go to another policy.
 */
final class TokenlessCertificates implements SigningPolicy {

    private static final String SEVERAL_KEYS =
            "The request has no signing token, and different callers use different keys. Send a signing token, or name"
                    + " the key for such requests in the setting certificates-key of the signing service.";

    private final SigningPolicy withToken;
    private final SigningPolicy connection;
    private final boolean permittedToOthers;
    private final Optional<String> key;
    private final boolean severalKeys;

    /**
     * @param withToken decides about all other requests
     * @param connection decides by the connection alone, such as by the client's certificate
     */
    TokenlessCertificates(AccessSettings settings, SigningPolicy withToken, SigningPolicy connection) {
        this.withToken = withToken;
        this.connection = connection;
        this.permittedToOthers = settings.others()
                .map(permissions -> permissions.actions().contains(SigningAction.CERTIFICATES))
                .orElse(true);
        this.key = settings.keyWithoutToken();
        this.severalKeys = key.isEmpty() && settings.selectsKeys();
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        if (attempt.action() != SigningAction.CERTIFICATES
                || attempt.context().signingToken().isPresent()) {
            return withToken.decide(attempt);
        }
        if (!permittedToOthers) {
            return PolicyDecision.deny(
                    "The request has no signing token, and the rules for others exclude certificates.");
        }
        boolean keyIsNamed = attempt.context().keyName().isPresent();
        PolicyDecision decision = connection.decide(
                key.filter(name -> !keyIsNamed).map(attempt::withKey).orElse(attempt));
        if (keyIsNamed || decision.keyName().isPresent()) {
            return decision;
        }
        return key.map(decision::withKey).orElseGet(() -> severalKeys ? decision.withoutKey(SEVERAL_KEYS) : decision);
    }
}
