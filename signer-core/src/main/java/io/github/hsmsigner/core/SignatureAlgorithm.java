package io.github.hsmsigner.core;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A signature scheme together with the digest algorithm that it is used with.
 */
public enum SignatureAlgorithm {
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RSA_PKCS1_SHA256(SignatureScheme.RSA_PKCS1, DigestAlgorithm.SHA256),
    /** RSASSA-PKCS1-v1_5 with SHA-384. */
    RSA_PKCS1_SHA384(SignatureScheme.RSA_PKCS1, DigestAlgorithm.SHA384),
    /** RSASSA-PKCS1-v1_5 with SHA-512. */
    RSA_PKCS1_SHA512(SignatureScheme.RSA_PKCS1, DigestAlgorithm.SHA512),
    /** RSASSA-PSS with SHA-256. */
    RSA_PSS_SHA256(SignatureScheme.RSA_PSS, DigestAlgorithm.SHA256),
    /** RSASSA-PSS with SHA-384. */
    RSA_PSS_SHA384(SignatureScheme.RSA_PSS, DigestAlgorithm.SHA384),
    /** RSASSA-PSS with SHA-512. */
    RSA_PSS_SHA512(SignatureScheme.RSA_PSS, DigestAlgorithm.SHA512),
    /** ECDSA with SHA-256. */
    ECDSA_SHA256(SignatureScheme.ECDSA, DigestAlgorithm.SHA256),
    /** ECDSA with SHA-384. */
    ECDSA_SHA384(SignatureScheme.ECDSA, DigestAlgorithm.SHA384),
    /** ECDSA with SHA-512. */
    ECDSA_SHA512(SignatureScheme.ECDSA, DigestAlgorithm.SHA512),
    /** Ed25519; what is signed along with it is hashed with SHA-512, as RFC 8419, section 3, asks for. */
    ED25519(SignatureScheme.ED25519, DigestAlgorithm.SHA512);

    private final SignatureScheme scheme;
    private final DigestAlgorithm digestAlgorithm;

    SignatureAlgorithm(SignatureScheme scheme, DigestAlgorithm digestAlgorithm) {
        this.scheme = scheme;
        this.digestAlgorithm = digestAlgorithm;
    }

    /**
     * Finds the algorithm of a scheme with a digest algorithm.
     *
     * @param scheme the scheme
     * @param digestAlgorithm the digest algorithm
     * @return the algorithm; empty where the scheme is not used with that digest algorithm
     */
    public static Optional<SignatureAlgorithm> of(SignatureScheme scheme, DigestAlgorithm digestAlgorithm) {
        return Arrays.stream(values())
                .filter(a -> a.scheme == scheme && a.digestAlgorithm == digestAlgorithm)
                .findFirst();
    }

    /**
     * Returns all algorithms that keys of a type can be used with.
     *
     * @param keyType the type, as {@link java.security.Key#getAlgorithm()} names it
     * @return the algorithms, defaults first; unmodifiable, and empty for keys that are not supported
     */
    public static Set<SignatureAlgorithm> forKeyType(String keyType) {
        return Collections.unmodifiableSet(Arrays.stream(values())
                .filter(a -> a.scheme.keyType().equals(keyType))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(SignatureAlgorithm.class))));
    }

    /**
     * Returns the scheme.
     *
     * @return the scheme
     */
    public SignatureScheme scheme() {
        return scheme;
    }

    /**
     * Returns the digest algorithm.
     *
     * @return the algorithm that the message is hashed with
     */
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }
    /**
     * Checks a signature.
     *
     * @param key the public key
     * @param message what was signed
     * @param signature the bytes of the signature, as {@link Signer#sign} returns them
     * @return whether the signature is good
     */
    public boolean verify(PublicKey key, byte[] message, byte[] signature) {
        return ToBeSigned.message(this, message).verify(key, signature);
    }
}
