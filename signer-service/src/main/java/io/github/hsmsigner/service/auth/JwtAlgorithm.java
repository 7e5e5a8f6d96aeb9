package io.github.hsmsigner.service.auth;

import com.nimbusds.jose.JWSAlgorithm;

/**
 * The algorithms that a JSON Web Token may be signed with (RFC 7518, section 3.1).
 */
public enum JwtAlgorithm {
    /** HMAC with SHA-256. The key that verifies a token can also create one. */
    HS256(JWSAlgorithm.HS256),
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RS256(JWSAlgorithm.RS256),
    /** ECDSA on P-256 with SHA-256. */
    ES256(JWSAlgorithm.ES256),
    /** RSASSA-PSS with SHA-256. */
    PS256(JWSAlgorithm.PS256);

    private final JWSAlgorithm jws;

    JwtAlgorithm(JWSAlgorithm jws) {
        this.jws = jws;
    }

    JWSAlgorithm jws() {
        return jws;
    }
}
