package io.github.hsmsigner.pkcs11;

/**
 * Where the PIN comes from, asked anew for each login.
 *
 * <p>Implementations are safe for use by any number of threads at once and do not show the PIN when printed.
 */
@FunctionalInterface
public interface PinSource {

    /**
     * The PIN, exactly as C_Login is to get it; for CloudHSM {@code user:password}.
     *
     * @return a copy that the caller wipes after use
     */
    char[] pin();

    /**
     * A PIN that is known from the start.
     *
     * @param pin the PIN; copied
     * @return the source
     */
    static PinSource fixed(char[] pin) {
        return new FixedPin(pin);
    }
}
