package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtPolicyTest {

    private static final long NOW = 1_800_000_000L;
    private static final PolicyFactory FACTORY =
            new PolicyFactory(Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC));

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair EC = TestPki.keyPair("EC", 256);
    private static final KeyPair OTHER_RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair OTHER_EC = TestPki.keyPair("EC", 256);

    /** A good token's claims; tests put others in the place of a part of it. */
    private static final String CLAIMS = "{'iss':'https://issuer.example','aud':'signer','sub':'accounting','exp':"
            + (NOW + 300) + ",'nbf':" + (NOW - 10) + ",'iat':" + (NOW - 10) + "}";

    @TempDir
    private static Path directory;

    private static Path rsaPem;
    private static Path ecPem;
    private static Path jwkSet;

    @BeforeAll
    static void writeKeys() throws Exception {
        rsaPem = TestPki.writePem(directory.resolve("rsa.pem"), RSA.getPublic());
        ecPem = TestPki.writePem(directory.resolve("ec.pem"), EC.getPublic());
        jwkSet = Files.writeString(
                directory.resolve("keys.json"),
                "{\"keys\":[" + rsaJwk("rsa-1", RSA) + "," + rsaJwk("rsa-2", OTHER_RSA) + "," + ecJwk("ec-1", EC)
                        + "]}");
    }

    private static String rsaJwk(String id, KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return "{\"kty\":\"RSA\",\"kid\":\"" + id + "\",\"use\":\"sig\",\"n\":\""
                + Jwt.encode(key.getModulus().toByteArray()) + "\",\"e\":\""
                + Jwt.encode(key.getPublicExponent().toByteArray()) + "\"}";
    }

    private static String ecJwk(String id, KeyPair pair) {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"" + id + "\",\"x\":\""
                + coordinate(key.getW().getAffineX().toByteArray()) + "\",\"y\":\""
                + coordinate(key.getW().getAffineY().toByteArray()) + "\"}";
    }

    private static String coordinate(byte[] number) {
        byte[] octets = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, octets, 32 - length, length);
        return Jwt.encode(octets);
    }

    private static JwtSettings.Builder settings() {
        return JwtSettings.builder(List.of(
                        JwtKeySource.ofSecret(Secret.of(SECRET)),
                        JwtKeySource.ofPublicKey(rsaPem),
                        JwtKeySource.ofPublicKey(ecPem)))
                .issuer("https://issuer.example")
                .audience("signer");
    }

    private static PolicyDecision decide(JwtSettings settings, String token) {
        SigningPolicy policy = FACTORY.policy(AccessSettings.of(settings));
        return policy.decide(Attempts.with(token));
    }

    private static void assertRefused(JwtSettings settings, String token, String reason) {
        PolicyDecision decision = decide(settings, token);
        assertThat(decision.denialReason()).hasValueSatisfying(text -> {
            assertThat(text).contains(reason);
            // Nothing of a token that was not accepted.
            assertThat(text).doesNotContain("accounting", "issuer.example", "attacker");
        });
        assertThat(decision.callers()).isEmpty();
        assertThat(decision.keyName()).isEmpty();
    }

    static Stream<Arguments> goodTokens() {
        return Stream.of(
                Arguments.of("HS256", Jwt.hs256(SECRET, Jwt.header("HS256"), CLAIMS)),
                Arguments.of("RS256", Jwt.rs256(RSA.getPrivate(), Jwt.header("RS256"), CLAIMS)),
                Arguments.of("PS256", Jwt.ps256(RSA.getPrivate(), Jwt.header("PS256"), CLAIMS)),
                Arguments.of("ES256", Jwt.es256(EC.getPrivate(), Jwt.header("ES256"), CLAIMS)),
                Arguments.of("no typ", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256'}", CLAIMS)),
                Arguments.of("typ in lower case", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':'jwt'}", CLAIMS)),
                Arguments.of(
                        "typ as a media type",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':'application/JWT'}", CLAIMS)),
                Arguments.of(
                        "kid, though the key has none",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':'7'}", CLAIMS)),
                Arguments.of("several audiences", signed(with("'aud':'signer'", "'aud':['other','signer']"))),
                Arguments.of("fraction of a second", signed(with("" + (NOW + 300), (NOW + 300) + ".5"))),
                Arguments.of("expired within the leeway", signed(with("" + (NOW + 300), "" + (NOW - 29)))),
                Arguments.of(
                        "not yet valid within the leeway", signed(with("'nbf':" + (NOW - 10), "'nbf':" + (NOW + 30)))),
                Arguments.of(
                        "valid from an instant with a fraction",
                        signed(with("'nbf':" + (NOW - 10), "'nbf':" + (NOW + 30) + ".0"))),
                Arguments.of("registered claims of other types", signed(with("{'iss'", "{'jti':7,'nonce':null,'iss'"))),
                Arguments.of(
                        "thumbprint of a certificate",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','x5t#S256':'AAAA','x5t':null}", CLAIMS)),
                Arguments.of(
                        "encoding that is the default",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','b64':true}", CLAIMS)),
                Arguments.of("further claims", signed(with("{'iss'", "{'x':{'y':[1,true,null]},'iss'"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodTokens")
    void acceptsGoodTokens(String name, String token) {
        PolicyDecision decision = decide(settings().build(), token);
        assertThat(decision.denialReason()).isEmpty();
        assertThat(decision.callers()).contains("accounting");
        assertThat(decision.keyName()).isEmpty();
    }

    private static String signed(String claims) {
        return Jwt.rs256(RSA.getPrivate(), Jwt.header("RS256"), claims);
    }

    private static String with(String part, String other) {
        assertThat(CLAIMS).contains(part);
        return CLAIMS.replace(part, other);
    }

    private static String without(String part) {
        return with(part, "");
    }

    static Stream<Arguments> badTokens() {
        String good = signed(CLAIMS);
        String[] parts = good.split("\\.");
        byte[] pem = TestPki.pem(RSA.getPublic()).getBytes(StandardCharsets.US_ASCII);
        String verifies = "signature of the JWT does not verify";
        String algorithm = "an algorithm that is not accepted";
        String unsigned = "not signed, or its header is not valid";
        String compact = "not a signed JWT in compact serialization";
        String claimsJson = "claims of the JWT are not a well-formed JSON object";
        String headerJson = "header of the JWT is not a well-formed JSON object";
        return Stream.of(
                Arguments.of("no token", null, "no signing token"),
                Arguments.of("empty", "", compact),
                Arguments.of("no JWT", "accounting", compact),
                Arguments.of("two parts", parts[0] + "." + parts[1], compact),
                Arguments.of("four parts", good + ".AAAA", compact),
                Arguments.of("encrypted", good + ".AAAA.AAAA", compact),
                Arguments.of("Base64 of the standard alphabet", parts[0] + "." + parts[1] + ".a+/a", compact),
                Arguments.of("padded", good + "==", compact),
                Arguments.of("line break", good + "\n", compact),
                Arguments.of("JSON serialization", "{\"payload\":\"" + parts[1] + "\"}", "without a JWT as userId"),
                Arguments.of("not ASCII", good + "\u0130", compact),
                Arguments.of("huge", "a".repeat(16_385), "longer than 16384 bytes"),
                Arguments.of(
                        "huge and good",
                        signed(with("{'iss'", "{'x':'" + "y".repeat(20_000) + "','iss'")),
                        "longer than 16384 bytes"),
                // Forged
                Arguments.of("alg none", Jwt.unsigned(Jwt.header("none"), CLAIMS), compact),
                Arguments.of(
                        "alg none with something for a signature",
                        Jwt.unsigned(Jwt.header("none"), CLAIMS) + "AAAA",
                        unsigned),
                Arguments.of("alg NoNe", Jwt.unsigned(Jwt.header("NoNe"), CLAIMS) + "AAAA", algorithm),
                Arguments.of("alg absent", Jwt.rs256(RSA.getPrivate(), "{'typ':'JWT'}", CLAIMS), unsigned),
                Arguments.of("alg null", Jwt.rs256(RSA.getPrivate(), "{'alg':null}", CLAIMS), unsigned),
                Arguments.of("alg a list", Jwt.rs256(RSA.getPrivate(), "{'alg':['RS256']}", CLAIMS), unsigned),
                Arguments.of("alg in lower case", Jwt.rs256(RSA.getPrivate(), "{'alg':'rs256'}", CLAIMS), algorithm),
                Arguments.of("alg not offered", Jwt.rs256(RSA.getPrivate(), Jwt.header("RS512"), CLAIMS), algorithm),
                Arguments.of("no signature", parts[0] + "." + parts[1] + ".", compact),
                Arguments.of("HS256 with the public key in PEM", Jwt.hs256(pem, Jwt.header("HS256"), CLAIMS), verifies),
                Arguments.of(
                        "HS256 with the public key in PEM, no line break",
                        Jwt.hs256(
                                new String(pem, StandardCharsets.US_ASCII)
                                        .strip()
                                        .getBytes(StandardCharsets.US_ASCII),
                                Jwt.header("HS256"),
                                CLAIMS),
                        verifies),
                Arguments.of(
                        "HS256 with the public key in DER",
                        Jwt.hs256(RSA.getPublic().getEncoded(), Jwt.header("HS256"), CLAIMS),
                        verifies),
                Arguments.of(
                        "HS256 with another secret", Jwt.hs256(new byte[32], Jwt.header("HS256"), CLAIMS), verifies),
                Arguments.of("HS256 with an empty tag", Jwt.unsigned(Jwt.header("HS256"), CLAIMS) + "AA", verifies),
                Arguments.of(
                        "RS256 by another key",
                        Jwt.rs256(OTHER_RSA.getPrivate(), Jwt.header("RS256"), CLAIMS),
                        verifies),
                Arguments.of(
                        "RS256 that says PS256", Jwt.rs256(RSA.getPrivate(), Jwt.header("PS256"), CLAIMS), verifies),
                Arguments.of(
                        "RS256 that says ES256", Jwt.rs256(RSA.getPrivate(), Jwt.header("ES256"), CLAIMS), verifies),
                Arguments.of(
                        "RS256 that says HS256", Jwt.rs256(RSA.getPrivate(), Jwt.header("HS256"), CLAIMS), verifies),
                Arguments.of(
                        "PS256 by another key",
                        Jwt.ps256(OTHER_RSA.getPrivate(), Jwt.header("PS256"), CLAIMS),
                        verifies),
                Arguments.of(
                        "ES256 by another key",
                        Jwt.es256(OTHER_EC.getPrivate(), Jwt.header("ES256"), CLAIMS),
                        verifies),
                Arguments.of(
                        "ES256 of zeros",
                        Jwt.unsigned(Jwt.header("ES256"), CLAIMS) + Jwt.encode(new byte[64]),
                        verifies),
                Arguments.of(
                        "other claims under the signature",
                        parts[0] + "." + signed(with("accounting", "attacker")).split("\\.")[1] + "." + parts[2],
                        verifies),
                Arguments.of(
                        "other header over the signature",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','x':1}", CLAIMS)
                                        .split("\\.")[0] + "." + parts[1] + "." + parts[2],
                        verifies),
                Arguments.of(
                        "own key in the header",
                        Jwt.rs256(
                                OTHER_RSA.getPrivate(), "{'alg':'RS256','jwk':" + rsaJwk("a", OTHER_RSA) + "}", CLAIMS),
                        verifies),
                Arguments.of(
                        "own key at an address",
                        Jwt.rs256(OTHER_RSA.getPrivate(), "{'alg':'RS256','jku':'https://attacker.example/'}", CLAIMS),
                        verifies),
                Arguments.of(
                        "header that the library refuses",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','jku':7}", CLAIMS),
                        unsigned),
                // Header
                Arguments.of("header is no JSON", Jwt.rs256(RSA.getPrivate(), "accounting", CLAIMS), headerJson),
                Arguments.of("header is a list", Jwt.rs256(RSA.getPrivate(), "['RS256']", CLAIMS), headerJson),
                Arguments.of(
                        "alg twice", Jwt.rs256(RSA.getPrivate(), "{'alg':'HS256','alg':'RS256'}", CLAIMS), headerJson),
                Arguments.of(
                        "something after the header",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256'} {}", CLAIMS),
                        headerJson),
                Arguments.of(
                        "deep header",
                        Jwt.rs256(
                                RSA.getPrivate(),
                                "{'alg':'RS256','x':" + "[".repeat(500) + "]".repeat(500) + "}",
                                CLAIMS),
                        headerJson),
                Arguments.of(
                        "typ of another kind of token",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':'at+jwt'}", CLAIMS),
                        "type"),
                Arguments.of("typ a number", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':1}", CLAIMS), "typ"),
                Arguments.of("nested", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','cty':'JWT'}", CLAIMS), "cty"),
                Arguments.of(
                        "extensions",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','crit':['exp'],'exp':1}", CLAIMS),
                        "crit"),
                Arguments.of(
                        "payload not encoded",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','b64':false,'crit':['b64']}", CLAIMS),
                        "crit"),
                Arguments.of(
                        "no extensions, demanded",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','crit':null}", CLAIMS),
                        "crit"),
                Arguments.of(
                        "an empty list of extensions",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','crit':[]}", CLAIMS),
                        "crit"),
                Arguments.of("compressed", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','zip':'DEF'}", CLAIMS), "zip"),
                Arguments.of(
                        "compressed with nothing",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','zip':null}", CLAIMS),
                        "zip"),
                Arguments.of(
                        "content type null", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','cty':null}", CLAIMS), "cty"),
                Arguments.of(
                        "payload not encoded, not demanded",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','b64':false}", CLAIMS),
                        "b64"),
                Arguments.of(
                        "payload not encoded, and signed so",
                        Jwt.rs256OverPlainClaims(RSA.getPrivate(), "{'alg':'RS256','b64':false}", CLAIMS),
                        "b64"),
                Arguments.of("typ null", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':null}", CLAIMS), "typ"),
                Arguments.of("typ empty", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':''}", CLAIMS), "type"),
                Arguments.of("kid null", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':null}", CLAIMS), "kid"),
                Arguments.of(
                        "certificate of another form",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','x5c':[1]}", CLAIMS),
                        unsigned),
                Arguments.of(
                        "private key in the header",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','jwk':{'kty':'oct','k':'AAAA'}}", CLAIMS),
                        unsigned),
                Arguments.of(
                        "address that is none",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','x5u':'attacker ://'}", CLAIMS),
                        unsigned),
                Arguments.of(
                        "header for encryption",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RSA-OAEP','enc':'A128GCM'}", CLAIMS),
                        unsigned),
                Arguments.of("kid a number", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':1}", CLAIMS), "kid"),
                // Claims
                Arguments.of("claims are no JSON", signed("accounting"), claimsJson),
                Arguments.of("claims are a text", signed("'accounting'"), claimsJson),
                Arguments.of("claims end early", signed(CLAIMS.substring(0, CLAIMS.length() - 1)), claimsJson),
                Arguments.of(
                        "caller twice",
                        signed(with("'sub':'accounting'", "'sub':'accounting','sub':'attacker'")),
                        claimsJson),
                Arguments.of("expiry twice", signed(with("{", "{'exp':1,")), claimsJson),
                Arguments.of("duplicate deep inside", signed(with("{", "{'x':{'y':1,'y':2},")), claimsJson),
                Arguments.of("expired", signed(with("" + (NOW + 300), "" + (NOW - 30))), "has expired"),
                Arguments.of("expired long ago", signed(with("" + (NOW + 300), "0")), "has expired"),
                Arguments.of("no expiry", signed(without("'exp':" + (NOW + 300) + ",")), "no expiry"),
                Arguments.of("expiry null", signed(with("" + (NOW + 300), "null")), "no expiry"),
                Arguments.of("expiry a text", signed(with("" + (NOW + 300), "'" + (NOW + 300) + "'")), "not a time"),
                Arguments.of("expiry never", signed(with("" + (NOW + 300), "1e400")), "number that is too large"),
                Arguments.of(
                        "expiry of an overflow", signed(with("" + (NOW + 300), "9223372036854775807")), "not a time"),
                Arguments.of(
                        "expiry of huge exponent",
                        signed(with("" + (NOW + 300), "1e999999999")),
                        "number that is too large"),
                Arguments.of("expiry negative", signed(with("" + (NOW + 300), "-1")), "not a time"),
                Arguments.of(
                        "not yet valid", signed(with("'nbf':" + (NOW - 10), "'nbf':" + (NOW + 31))), "not valid yet"),
                Arguments.of("nbf a text", signed(with("'nbf':" + (NOW - 10), "'nbf':'now'")), "not a time"),
                Arguments.of(
                        "from the future", signed(with("'iat':" + (NOW - 10), "'iat':" + (NOW + 31))), "in the future"),
                Arguments.of("no issuer", signed(without("'iss':'https://issuer.example',")), "issuer"),
                Arguments.of("another issuer", signed(with("issuer.example", "attacker.example")), "issuer"),
                Arguments.of("issuer with a slash more", signed(with("issuer.example", "issuer.example/")), "issuer"),
                Arguments.of(
                        "issuer a list",
                        signed(with("'https://issuer.example'", "['https://issuer.example']")),
                        "issuer"),
                Arguments.of("no audience", signed(without("'aud':'signer',")), "audience"),
                Arguments.of("another audience", signed(with("'signer'", "'other'")), "audience"),
                Arguments.of("audience a part of ours", signed(with("'signer'", "'sign'")), "audience"),
                Arguments.of("audiences without ours", signed(with("'signer'", "['signers',7]")), "audience"),
                Arguments.of("no caller", signed(without("'sub':'accounting',")), "sub"),
                Arguments.of("caller null", signed(with("'accounting'", "null")), "sub"),
                Arguments.of("audience an empty list", signed(with("'signer'", "[]")), "audience"),
                Arguments.of("audience null", signed(with("'signer'", "null")), "audience"),
                Arguments.of("issuer null", signed(with("'https://issuer.example'", "null")), "issuer"),
                Arguments.of("issue time a text", signed(with("'iat':" + (NOW - 10), "'iat':'now'")), "not a time"),
                Arguments.of("caller with half a character", signed(with("accounting", "a\\ud800")), "sub"),
                Arguments.of(
                        "claims that are not UTF-8",
                        Jwt.rs256(RSA.getPrivate(), Jwt.header("RS256"), new byte[] {
                            '{', '"', (byte) 0xff, '"', ':', '1', '}'
                        }),
                        claimsJson),
                Arguments.of(
                        "claims in UTF-16",
                        Jwt.rs256(
                                RSA.getPrivate(),
                                Jwt.header("RS256"),
                                CLAIMS.replace('\'', '"').getBytes(StandardCharsets.UTF_16LE)),
                        claimsJson),
                Arguments.of("caller empty", signed(with("'accounting'", "''")), "sub"),
                Arguments.of("caller a number", signed(with("'accounting'", "7")), "sub"),
                Arguments.of("caller with a line break", signed(with("accounting", "accounting\\nRequest")), "sub"),
                Arguments.of("caller with a quotation mark", signed(with("accounting", "accounting\\\"")), "sub"),
                Arguments.of("caller that turns the direction of text", signed(with("accounting", "a\u202e")), "sub"),
                Arguments.of("caller too long", signed(with("accounting", "a".repeat(201))), "sub"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void refusesBadTokens(String name, String token, String reason) {
        assertRefused(settings().build(), token, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "RS256", "PS256", "ES256"})
    void onlyTheAlgorithmsThatAreSet(String algorithm) {
        String token = goodTokens()
                .filter(good -> good.get()[0].equals(algorithm))
                .map(good -> (String) good.get()[1])
                .findFirst()
                .orElseThrow();
        for (JwtAlgorithm only : JwtAlgorithm.values()) {
            JwtSettings settings = settings().algorithms(Set.of(only)).build();
            assertThat(decide(settings, token).denialReason().isEmpty())
                    .as("%s where only %s is accepted", algorithm, only)
                    .isEqualTo(algorithm.equals(only.name()));
        }
    }

    @Test
    void aPublicKeyAloneMakesNoSecret() {
        JwtSettings settings = JwtSettings.builder(List.of(JwtKeySource.ofPublicKey(rsaPem)))
                .issuer("https://issuer.example")
                .audience("signer")
                .build();
        byte[] pem = TestPki.pem(RSA.getPublic()).getBytes(StandardCharsets.US_ASCII);
        assertRefused(settings, Jwt.hs256(pem, Jwt.header("HS256"), CLAIMS), "no key for the algorithm");
    }

    static Stream<Arguments> tokensForAJwkSet() {
        return Stream.of(
                Arguments.of("rsa-1", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':'rsa-1'}", CLAIMS), true),
                Arguments.of("rsa-2", Jwt.ps256(OTHER_RSA.getPrivate(), "{'alg':'PS256','kid':'rsa-2'}", CLAIMS), true),
                Arguments.of("ec-1", Jwt.es256(EC.getPrivate(), "{'alg':'ES256','kid':'ec-1'}", CLAIMS), true),
                Arguments.of("no kid", Jwt.rs256(OTHER_RSA.getPrivate(), Jwt.header("RS256"), CLAIMS), true),
                Arguments.of(
                        "kid of another key",
                        Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':'rsa-2'}", CLAIMS),
                        false),
                Arguments.of(
                        "unknown kid", Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','kid':'rsa-3'}", CLAIMS), false),
                Arguments.of(
                        "kid of a key for another algorithm",
                        Jwt.hs256(SECRET, "{'alg':'HS256','kid':'rsa-1'}", CLAIMS),
                        false),
                Arguments.of(
                        "key that is not there", Jwt.es256(OTHER_EC.getPrivate(), Jwt.header("ES256"), CLAIMS), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokensForAJwkSet")
    void findsTheKeyInAJwkSet(String name, String token, boolean accepted) {
        JwtSettings settings = JwtSettings.builder(List.of(JwtKeySource.ofJwkSet(jwkSet)))
                .audience("signer")
                .build();
        assertThat(decide(settings, token).denialReason().isEmpty()).isEqualTo(accepted);
    }

    @Test
    void valuesOutsideTheirRangeAreRefused() {
        Map<JwtSettings.Builder, String> refused = Map.of(
                settings().leeway(Duration.ofMillis(-1)), "leeway",
                settings().leeway(Duration.ofMinutes(10).plusMillis(1)), "leeway",
                settings().maximumAge(Duration.ZERO), "maximum age",
                settings().maximumAge(Duration.ofSeconds(-1)), "maximum age",
                settings().maxTokenBytes(255), "length",
                settings().maxTokenBytes(262_145), "length");
        refused.forEach((settings, name) -> assertThatThrownBy(settings::build)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(name));
        assertThat(settings()
                        .leeway(Duration.ofMinutes(10))
                        .maximumAge(Duration.ofSeconds(1))
                        .maxTokenBytes(262_144)
                        .build())
                .isNotNull();
    }

    @Test
    void theAgeCountsWhateverTheExpiry() {
        JwtSettings settings = settings().maximumAge(Duration.ofSeconds(60)).build();
        assertThat(decide(settings, signed(CLAIMS)).denialReason()).isEmpty();
        String iat = "'iat':" + (NOW - 10);
        assertThat(decide(settings, signed(with(iat, "'iat':" + (NOW - 89)))).denialReason())
                .isEmpty();
        assertRefused(settings, signed(with(iat, "'iat':" + (NOW - 90))), "older than is accepted");
        assertRefused(settings, signed(without("," + iat)), "has no issue time");
    }

    @Test
    void withoutAnAudienceOfOursATokenMustHaveNone() {
        JwtSettings settings =
                JwtSettings.builder(List.of(JwtKeySource.ofPublicKey(rsaPem))).build();
        assertRefused(settings, signed(CLAIMS), "no audience is set for this service");
        assertThat(decide(settings, signed(without("'aud':'signer',"))).denialReason())
                .isEmpty();
        assertThat(settings.warnings()).singleElement().asString().contains("audience");
    }

    @Test
    void theTypeCanBeAnother() {
        JwtSettings settings = settings().type("at+jwt").build();
        assertThat(decide(settings, Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256','typ':'at+JWT'}", CLAIMS))
                        .denialReason())
                .isEmpty();
        assertRefused(settings, signed(CLAIMS), "type");
        assertRefused(settings, Jwt.rs256(RSA.getPrivate(), "{'alg':'RS256'}", CLAIMS), "type");
    }

    @Test
    void claimsNameCallerAndKey() {
        String token = signed(with("{", "{'client_id':'engine','department':'legal',"));
        JwtSettings.Builder named = settings().callerClaim("client_id").keyClaim("department");
        assertThat(decide(named.build(), token).callers()).contains("engine");
        assertThat(decide(named.build(), token).keyName()).contains("legal");
        JwtSettings mapped = named.keyByClaimValue(Map.of("legal", "key-7")).build();
        assertThat(decide(mapped, token).keyName()).contains("key-7");
        assertThat(mapped.keyNames()).containsExactly("key-7");
        assertRefused(mapped, signed(with("{", "{'client_id':'engine','department':'sales',")), "No key is set");
        assertRefused(mapped, signed(with("{", "{'client_id':'engine',")), "\"department\"");
        assertRefused(mapped, signed(with("{", "{'client_id':'engine','department':7,")), "\"department\"");
    }

    @Test
    void everyChangeOfOneCharacterIsNoticed() {
        char[] good = signed(CLAIMS).toCharArray();
        SigningPolicy policy = FACTORY.policy(AccessSettings.of(settings().build()));
        int payloadEnd = new String(good).lastIndexOf('.');
        for (int i = 0; i < good.length; i++) {
            char[] changed = good.clone();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            boolean sameOctets = i > payloadEnd
                    && Arrays.equals(signatureOctets(good, payloadEnd), signatureOctets(changed, payloadEnd));
            assertThat(policy.decide(Attempts.with(new String(changed)))
                            .denialReason()
                            .isEmpty())
                    .as("character %d", i)
                    .isEqualTo(sameOctets);
        }
    }

    private static byte[] signatureOctets(char[] token, int payloadEnd) {
        return Base64.getUrlDecoder().decode(new String(token).substring(payloadEnd + 1));
    }
}
