package io.github.hsmsigner.service.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.KeyLengthException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.Set;

/**
 * A key that checks signatures of tokens, with the algorithms that it is for: a public key is never the secret of a
 * MAC.
 */
final class VerificationKey {

    private static final int MIN_RSA_BITS = 2048;

    private final Optional<String> id;
    private final Set<JwtAlgorithm> algorithms;
    private final JWSVerifier verifier;

    private VerificationKey(Optional<String> id, Set<JwtAlgorithm> algorithms, JWSVerifier verifier) {
        this.id = id;
        this.algorithms = algorithms;
        this.verifier = verifier;
    }

    static VerificationKey ofSecret(Optional<String> id, byte[] secret, String where) {
        try {
            // The verifier keeps the array that it gets, and this class wipes its own. A secret of zeros would let
            // every caller sign.
            return new VerificationKey(id, Set.of(JwtAlgorithm.HS256), new MACVerifier(secret.clone()));
        } catch (KeyLengthException e) {
            throw new InvalidConfigurationException("The secret for HS256 " + where + " has " + secret.length
                    + " bytes; it needs at least 32. Make one with: openssl rand -base64 32");
        } catch (JOSEException e) {
            throw new InvalidConfigurationException("The secret for HS256 " + where + " cannot be used.", e);
        }
    }

    static VerificationKey ofPublicKey(Optional<String> id, PublicKey key, String where) {
        try {
            if (key instanceof RSAPublicKey rsa) {
                if (rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                    throw new InvalidConfigurationException("The RSA key " + where + " has "
                            + rsa.getModulus().bitLength() + " bits; it needs at least " + MIN_RSA_BITS + ".");
                }
                return new VerificationKey(id, Set.of(JwtAlgorithm.RS256, JwtAlgorithm.PS256), new RSASSAVerifier(rsa));
            }
            if (key instanceof ECPublicKey ec) {
                ECDSAVerifier verifier = new ECDSAVerifier(ec);
                if (verifier.supportedJWSAlgorithms().contains(JwtAlgorithm.ES256.jws())) {
                    return new VerificationKey(id, Set.of(JwtAlgorithm.ES256), verifier);
                }
            }
        } catch (JOSEException e) {
            throw new InvalidConfigurationException("The key " + where + " cannot be used to check tokens.", e);
        }
        throw new InvalidConfigurationException(
                "The key " + where + " is neither an RSA key nor one on P-256; tokens cannot be checked with it.");
    }

    /** Returns the same key for some of its algorithms. */
    VerificationKey limitedTo(JwtAlgorithm only) {
        return new VerificationKey(id, algorithms.contains(only) ? Set.of(only) : Set.of(), verifier);
    }

    Set<JwtAlgorithm> algorithms() {
        return algorithms;
    }

    /** Returns whether a token could be signed with this key: where both have an identifier, it must be the same. */
    boolean fits(JwtAlgorithm algorithm, Optional<String> wanted) {
        return algorithms.contains(algorithm) && (wanted.isEmpty() || id.isEmpty() || id.equals(wanted));
    }

    boolean verifies(JWSHeader header, byte[] signedOctets, Base64URL signature) {
        try {
            return verifier.verify(header, signedOctets, signature);
        } catch (JOSEException e) {
            // The signature has a wrong form, such as a length that the algorithm never has.
            return false;
        }
    }
}
