package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.security.PublicKey;
import java.util.Arrays;

/**
 * A signature scheme together with the digest algorithm that it is used with.
 */
public enum SignatureAlgorithm {
    /** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2) with SHA-256. */
    RSA_PKCS1_SHA256("RSA", DigestAlgorithm.SHA256),
    /** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2) with SHA-384. */
    RSA_PKCS1_SHA384("RSA", DigestAlgorithm.SHA384),
    /** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2) with SHA-512. */
    RSA_PKCS1_SHA512("RSA", DigestAlgorithm.SHA512);

    private final String keyType;
    private final DigestAlgorithm digestAlgorithm;

    SignatureAlgorithm(String keyType, DigestAlgorithm digestAlgorithm) {
        this.keyType = keyType;
        this.digestAlgorithm = digestAlgorithm;
    }

    /**
     * The algorithm that a key signs with when a request asks for a digest algorithm only.
     *
     * @param key the public key
     * @param digestAlgorithm the digest algorithm asked for
     * @return the default algorithm
     * @throws UnsupportedRequestException if keys of this type are not supported
     */
    public static SignatureAlgorithm defaultFor(PublicKey key, DigestAlgorithm digestAlgorithm) {
        return Arrays.stream(values())
                .filter(a -> a.digestAlgorithm == digestAlgorithm && a.keyType.equals(key.getAlgorithm()))
                .findFirst()
                .orElseThrow(() -> new UnsupportedRequestException(
                        "Keys of type " + key.getAlgorithm() + " are not supported; use an RSA key."));
    }

    /**
     * The digest algorithm.
     *
     * @return the algorithm that the message is hashed with
     */
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    /**
     * The type of key that this algorithm needs, as {@link java.security.Key#getAlgorithm()} names it.
     *
     * @return the key type
     */
    public String keyType() {
        return keyType;
    }
}
