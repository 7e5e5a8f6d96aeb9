package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * A Cryptoki function answered with something else than CKR_OK.
 */
public final class CryptokiException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The Cryptoki function. */
    private final String function;

    /** The CKR code. */
    private final long returnValue;

    /**
     * Makes the exception.
     *
     * @param function the Cryptoki function, such as {@code C_Sign}
     * @param returnValue the CKR code that it answered
     * @param name the name of that code
     */
    public CryptokiException(String function, long returnValue, String name) {
        super(function + " answered " + name);
        this.function = function;
        this.returnValue = returnValue;
    }

    /**
     * The function that failed.
     *
     * @return its name, such as {@code C_Sign}
     */
    public String function() {
        return function;
    }

    /**
     * What it answered.
     *
     * @return the CKR code (PKCS#11 2.40, section 4.2)
     */
    public long returnValue() {
        return returnValue;
    }

    /**
     * Whether the PIN, or the user that it belongs to, was refused, so that trying again with the same PIN can only do harm.
     *
     * @return {@code true} for the CKR_PIN_ family
     */
    public boolean refusesPin() {
        return returnValue == ReturnValue.PIN_INCORRECT
                || returnValue == ReturnValue.PIN_INVALID
                || returnValue == ReturnValue.PIN_LEN_RANGE
                || returnValue == ReturnValue.PIN_EXPIRED
                || returnValue == ReturnValue.PIN_LOCKED
                || returnValue == ReturnValue.USER_PIN_NOT_INITIALIZED
                || returnValue == ReturnValue.USER_TYPE_INVALID;
    }
}
