package io.github.hsmsigner.core;

/**
 * The signature schemes, apart from the digest algorithm that they are used with.
 */
public enum SignatureScheme {
    /** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2). */
    RSA_PKCS1("RSA", false),
    /**
     * RSASSA-PSS (RFC 8017, section 8.1), with the digest algorithm of the message for MGF1 too, and a salt as long as the
     * digest.
     */
    RSA_PSS("RSA", false),
    /** ECDSA (FIPS 186-5, section 6) on P-256, P-384 or P-521. */
    ECDSA("EC", false),
    /** Ed25519 (RFC 8032, section 5.1). */
    ED25519("EdDSA", true);

    private final String keyType;
    private final boolean signsWholeMessage;

    SignatureScheme(String keyType, boolean signsWholeMessage) {
        this.keyType = keyType;
        this.signsWholeMessage = signsWholeMessage;
    }

    /**
     * Returns the type of key that this scheme needs, as {@link java.security.Key#getAlgorithm()} names it.
     *
     * @return the key type
     */
    public String keyType() {
        return keyType;
    }

    /**
     * Returns whether the signer must see the message itself, because its digest is not enough.
     *
     * @return {@code true} for Ed25519
     */
    public boolean signsWholeMessage() {
        return signsWholeMessage;
    }
}
