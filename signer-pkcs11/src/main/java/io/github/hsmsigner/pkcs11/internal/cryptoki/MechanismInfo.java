package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * CK_MECHANISM_INFO of a token. The key sizes are omitted, because tokens differ in their units.
 *
 * @param flags the CKF flags
 */
public record MechanismInfo(long flags) {

    private static final long SIGN = 0x800;

    /**
     * CKF_SIGN: whether the mechanism can be used with C_SignInit.
     *
     * @return {@code true} if it signs
     */
    public boolean signs() {
        return (flags & SIGN) != 0;
    }
}
