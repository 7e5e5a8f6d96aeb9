package io.github.hsmsigner.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The algorithms that sign JSON Web Tokens (RFC 7518, section 3.1). */
public enum JwtAlgorithm {
    /** HMAC with SHA-256. The key that verifies a JWT can also create one. */
    HS256,
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RS256,
    /** ECDSA on P-256 with SHA-256. */
    ES256,
    /** RSASSA-PSS with SHA-256. */
    PS256;

    JWSAlgorithm jws() {
        return JWSAlgorithm.parse(name());
    }

    /** Returns the algorithms of a key, which follow from its type, its curve, and its parameters "alg" and "use". */
    static Set<JwtAlgorithm> of(JWK key) {
        return Arrays.stream(values())
                .filter(algorithm ->
                        JWKMatcher.forJWSHeader(new JWSHeader(algorithm.jws())).matches(key))
                .filter(algorithm -> !(key instanceof ECKey ec) || Curve.P_256.equals(ec.getCurve()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
