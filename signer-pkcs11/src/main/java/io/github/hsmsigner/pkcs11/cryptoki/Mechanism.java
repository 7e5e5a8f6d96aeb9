package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * The mechanisms that this library signs with (PKCS#11 2.40, Current Mechanisms Specification).
 */
public enum Mechanism {
    /** CKM_RSA_PKCS (section 2.1.6): pads what it is given, a DigestInfo here, and signs it. */
    RSA_PKCS(0x00000001L);

    private final long code;

    Mechanism(long code) {
        this.code = code;
    }

    /**
     * The number of the mechanism.
     *
     * @return the CKM code
     */
    public long code() {
        return code;
    }
}
