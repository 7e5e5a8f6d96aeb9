package io.github.hsmsigner.pkcs11.internal.cryptoki;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.util.OptionalLong;

/**
 * CK_TOKEN_INFO of a token.
 *
 * @param slotId the slot that it is in
 * @param label its label
 * @param serialNumber its serial number
 * @param manufacturer its manufacturer
 * @param model its model
 * @param flags the CKF flags
 * @param maxReadWriteSessions how many read-write sessions an application may have; empty if the token sets or reports
 *     no limit
 */
public record TokenInfo(
        long slotId,
        String label,
        String serialNumber,
        String manufacturer,
        String model,
        long flags,
        OptionalLong maxReadWriteSessions) {

    private static final long WRITE_PROTECTED = 0x2;
    private static final long TOKEN_INITIALIZED = 0x400;
    private static final long USER_PIN_FINAL_TRY = 0x20000;
    private static final long USER_PIN_LOCKED = 0x40000;

    /**
     * Returns whether the token is ready for use (CKF_TOKEN_INITIALIZED). SoftHSM always shows one more that is not.
     *
     * @return {@code true} once the token was initialised
     */
    public boolean initialized() {
        return has(TOKEN_INITIALIZED);
    }

    /**
     * Returns whether one more wrong PIN locks the user (CKF_USER_PIN_FINAL_TRY).
     *
     * @return {@code true} before the last try
     */
    public boolean userPinFinalTry() {
        return has(USER_PIN_FINAL_TRY);
    }

    /**
     * Returns whether the user is locked (CKF_USER_PIN_LOCKED).
     *
     * @return {@code true} once locked
     */
    public boolean userPinLocked() {
        return has(USER_PIN_LOCKED);
    }

    /**
     * Returns whether objects on the token cannot be created or destroyed (CKF_WRITE_PROTECTED).
     *
     * @return {@code true} if the token is write-protected
     */
    public boolean writeProtected() {
        return has(WRITE_PROTECTED);
    }

    /**
     * Returns whether the token allows too few read-write sessions for a login and a signature at the same time.
     *
     * @return {@code true} if the sessions for both must be read-only
     */
    public boolean requiresReadOnlySessions() {
        return writeProtected() || maxReadWriteSessions().orElse(Long.MAX_VALUE) < 2;
    }

    private boolean has(long flag) {
        return (flags & flag) != 0;
    }

    @Override
    public String toString() {
        return PeerText.escaped("\"" + label + "\" (slot " + Long.toUnsignedString(slotId) + ", serial " + serialNumber
                + ", " + model + ")");
    }
}
