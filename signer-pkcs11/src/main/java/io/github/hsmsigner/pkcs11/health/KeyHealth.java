package io.github.hsmsigner.pkcs11.health;

/**
 * The health of a key, as far as it is known without a call. Immutable.
 *
 * @param usable whether signatures can be requested
 * @param reason the reason why not, for the operator; empty if they can
 */
public record KeyHealth(boolean usable, String reason) {

    private static final KeyHealth HEALTHY = new KeyHealth(true, "");

    /**
     * Returns the health of a key that works.
     *
     * @return the health
     */
    public static KeyHealth healthy() {
        return HEALTHY;
    }

    /**
     * Returns the health of a key that does not work.
     *
     * @param reason why not
     * @return the health
     */
    public static KeyHealth unusable(String reason) {
        return new KeyHealth(false, reason);
    }
}
