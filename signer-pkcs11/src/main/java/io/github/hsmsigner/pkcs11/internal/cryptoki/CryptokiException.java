package io.github.hsmsigner.pkcs11.internal.cryptoki;

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
     */
    public CryptokiException(String function, long returnValue) {
        super(function + " answered " + ReturnValue.name(returnValue));
        this.function = function;
        this.returnValue = returnValue;
    }

    /**
     * Makes the exception.
     *
     * @param function the Cryptoki function, such as {@code C_Sign}
     * @param returnValue what it answered
     */
    public CryptokiException(String function, ReturnValue returnValue) {
        this(function, returnValue.code());
    }

    /**
     * Returns the function that failed.
     *
     * @return its name, such as {@code C_Sign}
     */
    public String function() {
        return function;
    }

    /**
     * Returns the result of the function.
     *
     * @return the CKR code (PKCS#11 2.40, section 4.2)
     */
    public long returnValue() {
        return returnValue;
    }

    /**
     * Returns whether the function returned a code.
     *
     * @param value a code
     * @return {@code true} if it did
     */
    public boolean is(ReturnValue value) {
        return returnValue == value.code();
    }

    /**
     * Returns the class of fault that the result reports.
     *
     * @return the class
     */
    public FaultClass faultClass() {
        return ReturnValue.faultClass(returnValue);
    }
}
