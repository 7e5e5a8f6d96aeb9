package io.github.hsmsigner.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyConverter;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEProcessor;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The signing token is a JSON Web Token (RFC 7519), alone or as {@code userId} of a JSON object. Nimbus selects the key
 * and verifies the signature.
 *
 * <p>This class verifies the claims, because Nimbus' DefaultJWTClaimsVerifier accepts {@code null} as an expiry, and
 * knows only whole seconds. DefaultJWTProcessor accepts a number as a subject, and parses claims before it verifies the
 * signature.
 */
final class JwtPolicy implements SigningPolicy {

    /** Compact serialization (RFC 7515, section 7.1). Nimbus ignores characters that are not in the alphabet. */
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++");

    private static final String MEDIA_TYPE_PREFIX = "application/";

    /** The end of the year 9999. */
    private static final long LATEST = 253_402_300_799L;

    private final JwtSettings settings;
    private final Clock clock;
    private final DefaultJOSEProcessor<SecurityContext> processor = new DefaultJOSEProcessor<>();

    JwtPolicy(JwtSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        Set<Optional<String>> types = settings.type()
                .map(type -> Set.of(Optional.of(mediaType(type))))
                .orElse(Set.of(Optional.empty(), Optional.of("jwt")));
        processor.setJWSTypeVerifier((header, context) -> {
            Optional<String> type = Optional.ofNullable(header).map(present -> mediaType(present.getType()));
            require(types.contains(type), "The JWT is not of the expected type (typ).");
        });
        processor.setJWSKeySelector(
                new KeySelector(settings.algorithms(), JwtKeySource.read(settings.keys(), settings.algorithms())));
    }

    /** Returns the media type, whose beginning may be left out (RFC 7515, section 4.1.9). */
    private static String mediaType(String type) {
        String lowerCase = type.toLowerCase(Locale.ROOT);
        return lowerCase.startsWith(MEDIA_TYPE_PREFIX) ? lowerCase.substring(MEDIA_TYPE_PREFIX.length()) : lowerCase;
    }

    private static void require(boolean met, String otherwise) throws RefusedTokenException {
        if (!met) {
            throw new RefusedTokenException(otherwise);
        }
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        Optional<SigningToken> token = attempt.context().signingToken();
        if (token.isEmpty()) {
            return PolicyDecision.deny("The request has no signing token.");
        }
        try {
            Map<String, @Nullable Object> claims = verifiedClaims(token.get().octets());
            checkTimes(claims);
            checkIssuerAndAudience(claims);
            PolicyDecision allowed = PolicyDecision.allow(caller(claims));
            return keyName(claims).map(allowed::withKey).orElse(allowed);
        } catch (RefusedTokenException | KeySourceException e) {
            return PolicyDecision.deny(e.getMessage());
        } catch (ParseException e) {
            return PolicyDecision.deny("The JWT is not signed, or its header is not valid (RFC 7515, section 4).");
        } catch (BadJOSEException | JOSEException e) {
            // The message of Nimbus could repeat a part of the token.
            return PolicyDecision.deny("The signature of the JWT does not verify.");
        }
    }

    private Map<String, @Nullable Object> verifiedClaims(byte[] token)
            throws ParseException, BadJOSEException, JOSEException {
        int limit = settings.maxTokenBytes();
        require(token.length <= limit, "The signing token is longer than " + limit + " bytes.");
        String jwt = StrictJson.beginsObject(token) ? userId(token) : new String(token, StandardCharsets.ISO_8859_1);
        require(COMPACT.matcher(jwt).matches(), "The signing token is not a signed JWT in compact serialization.");
        byte[] header = new Base64URL(jwt.substring(0, jwt.indexOf('.'))).decode();
        checkHeader(object(header, "The header of the JWT is not a well-formed JSON object."));
        byte[] claims = processor.process(JWSObject.parse(jwt), null).toBytes();
        return object(
                claims, "The claims of the JWT are not a well-formed JSON object, or have a number that is too large.");
    }

    /** Nothing signs the other members, so they have no effect. */
    private static String userId(byte[] token) throws RefusedTokenException {
        String otherwise = "The signing token is a JSON object without a JWT as userId, or is not well-formed.";
        return text(object(token, otherwise), "userId", otherwise);
    }

    /** Checks the parameters that Nimbus ignores or supports. A parameter counts also if it is {@code null}. */
    private static void checkHeader(Map<String, @Nullable Object> header) throws RefusedTokenException {
        for (String parameter : List.of("crit", "zip", "cty")) {
            require(!header.containsKey(parameter), "The header of the JWT has the unsupported " + parameter + ".");
        }
        for (String parameter : List.of("typ", "kid")) {
            if (header.containsKey(parameter)) {
                text(header, parameter, "The header of the JWT has a parameter " + parameter + " that is not a text.");
            }
        }
        // RFC 7797, section 7
        require(!Boolean.FALSE.equals(header.get("b64")), "The claims of the JWT are not encoded (b64).");
    }

    private void checkTimes(Map<String, @Nullable Object> claims) throws RefusedTokenException {
        Instant now = clock.instant();
        Instant earliestEnd = now.minus(settings.leeway());
        Instant latestStart = now.plus(settings.leeway());
        Optional<Instant> expiry = time(claims, "exp");
        Optional<Instant> issued = time(claims, "iat");
        require(expiry.isPresent(), "The JWT has no expiry (exp).");
        require(expiry.get().isAfter(earliestEnd), "The JWT has expired.");
        require(time(claims, "nbf").filter(latestStart::isBefore).isEmpty(), "The JWT is not valid yet.");
        require(issued.filter(latestStart::isBefore).isEmpty(), "The JWT was issued in the future.");
        if (settings.maximumAge().isPresent()) {
            require(issued.isPresent(), "The JWT has no issue time (iat), so its age is unknown.");
            Instant end = issued.get().plus(settings.maximumAge().get());
            require(end.isAfter(earliestEnd), "The JWT is older than is accepted.");
        }
    }

    private static Optional<Instant> time(Map<String, @Nullable Object> claims, String claim)
            throws RefusedTokenException {
        Object value = claims.get(claim);
        if (value == null) {
            return Optional.empty();
        }
        require(
                value instanceof Number seconds && seconds.doubleValue() >= 0 && seconds.doubleValue() <= LATEST,
                "The claim \"" + claim + "\" of the JWT is not a time in seconds since 1970.");
        return Optional.of(Instant.ofEpochSecond(((Number) value).longValue()));
    }

    private void checkIssuerAndAudience(Map<String, @Nullable Object> claims) throws RefusedTokenException {
        Optional<String> issuer = settings.issuer();
        require(issuer.isEmpty() || issuer.get().equals(claims.get("iss")), "The JWT is not of the required issuer.");
        Object audience = claims.get("aud");
        if (settings.audience().isEmpty()) {
            require(audience == null, "The JWT is for an audience, and no audience is set for this service.");
            return;
        }
        String required = settings.audience().get();
        require(
                audience instanceof List<?> several ? several.contains(required) : required.equals(audience),
                "The JWT is not for the audience of this service.");
    }

    private String caller(Map<String, @Nullable Object> claims) throws RefusedTokenException {
        String claim = settings.callerClaim();
        String caller = text(claims, claim, "The JWT has no text in the claim \"" + claim + "\" of the caller's name.");
        require(
                CallerName.isValid(caller),
                "The claim \"" + claim + "\" of the JWT cannot name a caller: it must be " + CallerName.RULE + ".");
        return caller;
    }

    /** Returns the key that the token selects; empty if the settings do not permit that. */
    private Optional<String> keyName(Map<String, @Nullable Object> claims) throws RefusedTokenException {
        if (settings.keyClaim().isEmpty()) {
            return Optional.empty();
        }
        String claim = settings.keyClaim().get();
        String value = text(claims, claim, "The JWT has no text in the claim \"" + claim + "\" that selects the key.");
        Map<String, String> names = settings.keyByClaimValue();
        require(
                names.isEmpty() || names.containsKey(value),
                "No key is set for the value of the claim \"" + claim + "\" of the JWT.");
        return Optional.of(names.getOrDefault(value, value));
    }

    private static Map<String, @Nullable Object> object(byte[] json, String otherwise) throws RefusedTokenException {
        return StrictJson.object(json).orElseThrow(() -> new RefusedTokenException(otherwise));
    }

    private static String text(Map<String, @Nullable Object> members, String name, String otherwise)
            throws RefusedTokenException {
        require(members.get(name) instanceof String, otherwise);
        return (String) members.get(name);
    }

    /** Selects keys by algorithm and, if both the token and the key have one, by key identifier. */
    private static final class KeySelector extends JWSVerificationKeySelector<SecurityContext> {

        /** Nimbus decodes a key for each token. */
        private final Map<JWK, Key> decoded = new IdentityHashMap<>();

        KeySelector(Set<JwtAlgorithm> accepted, List<JWK> keys) {
            super(
                    accepted.stream().map(JwtAlgorithm::jws).collect(Collectors.toUnmodifiableSet()),
                    new ImmutableJWKSet<>(new JWKSet(keys)));
            keys.forEach(key ->
                    decoded.put(key, KeyConverter.toJavaKeys(List.of(key)).get(0)));
        }

        @Override
        protected JWKMatcher createJWKMatcher(JWSHeader header) {
            JWKMatcher.Builder matcher =
                    new JWKMatcher.Builder(JWKMatcher.forJWSHeader(header)).x509CertSHA256Thumbprint(null);
            return header.getKeyID() == null
                    ? matcher.build()
                    : matcher.keyIDs(header.getKeyID(), null).build();
        }

        @Override
        public List<Key> selectJWSKeys(JWSHeader header, @Nullable SecurityContext context) throws KeySourceException {
            if (!isAllowed(header.getAlgorithm())) {
                throw new KeySourceException("The JWT is signed with an algorithm that is not accepted.");
            }
            List<Key> keys = getJWKSource().get(new JWKSelector(createJWKMatcher(header)), context).stream()
                    .map(decoded::get)
                    .toList();
            if (keys.isEmpty()) {
                throw new KeySourceException(
                        "There is no key for the algorithm and the key identifier (kid) of the JWT.");
            }
            return keys;
        }
    }

    /** Thrown if a token is not accepted. The message is the reason and repeats nothing of the token. */
    private static final class RefusedTokenException extends BadJOSEException {

        private static final long serialVersionUID = 1L;

        RefusedTokenException(String reason) {
            super(reason);
        }

        /** A stack trace is expensive, and unknown clients cause these exceptions. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
