package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The signing token is a JSON Web Token, signed with one of our keys; alone or as {@code userId} of a JSON object. */
final class JwtPolicy implements SigningPolicy {

    private static final String MEDIA_TYPE_PREFIX = "application/";

    private final JwtSettings settings;
    private final List<VerificationKey> keys;
    private final Clock clock;

    private JwtPolicy(JwtSettings settings, List<VerificationKey> keys, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
    }

    static JwtPolicy of(JwtSettings settings, Clock clock) {
        return new JwtPolicy(settings, JwtKeys.read(settings.keys(), settings.algorithms()), clock);
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        Optional<SigningToken> token = attempt.context().signingToken();
        if (token.isEmpty()) {
            return PolicyDecision.deny("The request has no signing token.");
        }
        try {
            return decide(token.get().octets());
        } catch (RefusedTokenException e) {
            return PolicyDecision.deny(e.getMessage());
        }
    }

    private PolicyDecision decide(byte[] token) throws RefusedTokenException {
        if (token.length > settings.maxTokenBytes()) {
            throw new RefusedTokenException("The signing token is longer than " + settings.maxTokenBytes() + " bytes.");
        }
        SignedJwt jwt = SignedJwt.parse(StrictJson.beginsObject(token) ? userId(token) : token);
        checkHeader(jwt);
        checkSignature(jwt);
        JwtClaims claims = new JwtClaims(jwt.claims(), settings);
        claims.check(clock.instant());
        PolicyDecision allowed = PolicyDecision.allow(claims.caller());
        return claims.keyName().map(allowed::withKey).orElse(allowed);
    }

    /** Nothing signs the other members, so they have no effect. */
    private static byte[] userId(byte[] token) throws RefusedTokenException {
        return StrictJson.object(token)
                .map(members -> members.get("userId"))
                .filter(String.class::isInstance)
                .map(jwt -> ((String) jwt).getBytes(StandardCharsets.UTF_8))
                .orElseThrow(
                        () -> new RefusedTokenException(
                                "The signing token is a JSON object without a JSON Web Token as userId, or is not well-formed."));
    }

    private void checkHeader(SignedJwt jwt) throws RefusedTokenException {
        if (jwt.has("crit")) {
            throw new RefusedTokenException("The JSON Web Token demands extensions (crit); none is offered.");
        }
        if (jwt.has("zip")) {
            throw new RefusedTokenException(
                    "The JSON Web Token is compressed (zip); that exists only for encrypted ones.");
        }
        if (jwt.has("cty")) {
            throw new RefusedTokenException("The JSON Web Token does not contain claims (cty).");
        }
        Optional<String> type = jwt.text("typ").map(JwtPolicy::withoutPrefix);
        boolean accepted = settings.type().isPresent()
                ? type.equals(settings.type().map(JwtPolicy::withoutPrefix))
                : !jwt.has("typ") || type.equals(Optional.of("jwt"));
        if (!accepted) {
            throw new RefusedTokenException("The JSON Web Token is not of the type that is expected (typ).");
        }
    }

    /** Returns the media type, whose beginning may be left out (RFC 7515, section 4.1.9). */
    private static String withoutPrefix(String type) {
        String lowerCase = type.toLowerCase(Locale.ROOT);
        return lowerCase.startsWith(MEDIA_TYPE_PREFIX) ? lowerCase.substring(MEDIA_TYPE_PREFIX.length()) : lowerCase;
    }

    private void checkSignature(SignedJwt jwt) throws RefusedTokenException {
        JwtAlgorithm algorithm = jwt.text("alg")
                .flatMap(name -> settings.algorithms().stream()
                        .filter(accepted -> accepted.name().equals(name))
                        .findFirst())
                .orElseThrow(() -> new RefusedTokenException(
                        "The JSON Web Token is signed with an algorithm that is not accepted, or not at all."));
        if (jwt.has("kid") && jwt.text("kid").isEmpty()) {
            throw new RefusedTokenException("The key identifier (kid) of the JSON Web Token is not a text.");
        }
        boolean tried = false;
        for (VerificationKey key : keys) {
            if (key.fits(algorithm, jwt.text("kid"))) {
                tried = true;
                if (jwt.isSignedWith(key)) {
                    return;
                }
            }
        }
        throw new RefusedTokenException(
                tried
                        ? "The signature of the JSON Web Token does not verify."
                        : "There is no key for the algorithm and the key identifier (kid) of the JSON Web Token.");
    }
}
