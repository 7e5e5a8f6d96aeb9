package io.github.hsmsigner.service.auth;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The claims of a token whose signature is good (RFC 7519, section 4). */
final class JwtClaims {

    /** The end of the year 9999. */
    private static final BigDecimal LATEST = BigDecimal.valueOf(253_402_300_799L);

    private final Map<String, Object> claims;
    private final JwtSettings settings;

    JwtClaims(Map<String, Object> claims, JwtSettings settings) {
        this.claims = claims;
        this.settings = settings;
    }

    void check(Instant now) throws RefusedTokenException {
        checkTimes(now);
        if (settings.issuer().isPresent() && !settings.issuer().equals(text("iss"))) {
            throw new RefusedTokenException("The JSON Web Token is not of the issuer that is set.");
        }
        checkAudience();
    }

    private void checkTimes(Instant now) throws RefusedTokenException {
        Duration leeway = settings.leeway();
        Instant expiry =
                time("exp").orElseThrow(() -> new RefusedTokenException("The JSON Web Token has no expiry (exp)."));
        refuseIf(!now.isBefore(expiry.plus(leeway)), "The JSON Web Token has expired.");
        Optional<Instant> notBefore = time("nbf");
        refuseIf(
                notBefore.isPresent() && now.isBefore(notBefore.get().minus(leeway)),
                "The JSON Web Token is not valid yet.");
        Optional<Instant> issuedAt = time("iat");
        refuseIf(
                issuedAt.isPresent() && now.isBefore(issuedAt.get().minus(leeway)),
                "The JSON Web Token was issued in the future.");
        if (settings.maximumAge().isPresent()) {
            Instant issued = issuedAt.orElseThrow(() ->
                    new RefusedTokenException("The JSON Web Token has no issue time (iat), so its age is unknown."));
            Instant end = issued.plus(settings.maximumAge().get()).plus(leeway);
            refuseIf(!now.isBefore(end), "The JSON Web Token is older than is accepted.");
        }
    }

    private void checkAudience() throws RefusedTokenException {
        Object audience = claims.get("aud");
        if (settings.audience().isEmpty()) {
            refuseIf(
                    audience != null, "The JSON Web Token is meant for an audience, and none is set for this service.");
            return;
        }
        String wanted = settings.audience().get();
        boolean meant = audience instanceof List<?> several ? several.contains(wanted) : wanted.equals(audience);
        refuseIf(!meant, "The JSON Web Token is not meant for this audience.");
    }

    private static void refuseIf(boolean refused, String reason) throws RefusedTokenException {
        if (refused) {
            throw new RefusedTokenException(reason);
        }
    }

    String caller() throws RefusedTokenException {
        String claim = settings.callerClaim();
        String caller = text(claim)
                .orElseThrow(() -> new RefusedTokenException("The JSON Web Token has no claim \"" + claim
                        + "\" that is a text, which is to name the caller."));
        refuseIf(
                !CallerName.isValid(caller),
                "The claim \"" + claim + "\" of the JSON Web Token cannot name a caller: it must be " + CallerName.RULE
                        + ".");
        return caller;
    }

    /** Returns the key that the token chooses; empty where the settings do not let it. */
    Optional<String> keyName() throws RefusedTokenException {
        if (settings.keyClaim().isEmpty()) {
            return Optional.empty();
        }
        String claim = settings.keyClaim().get();
        String value = text(claim)
                .orElseThrow(() -> new RefusedTokenException("The JSON Web Token has no claim \"" + claim
                        + "\" that is a text, which is to choose the key."));
        if (settings.keyByClaimValue().isEmpty()) {
            return Optional.of(value);
        }
        String name = settings.keyByClaimValue().get(value);
        refuseIf(name == null, "No key is set for the value of the claim \"" + claim + "\" of the JSON Web Token.");
        return Optional.of(name);
    }

    private Optional<String> text(String claim) {
        return claims.get(claim) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private Optional<Instant> time(String claim) throws RefusedTokenException {
        Object value = claims.get(claim);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof BigDecimal seconds && seconds.signum() >= 0 && seconds.compareTo(LATEST) <= 0) {
            return Optional.of(Instant.ofEpochSecond(seconds.longValue()));
        }
        throw new RefusedTokenException(
                "The claim \"" + claim + "\" of the JSON Web Token is not a time in seconds since 1970.");
    }
}
