package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * The CKR codes that this library treats in a way of their own (PKCS#11 2.40, header {@code pkcs11t.h}).
 */
public final class ReturnValue {

    /** CKR_GENERAL_ERROR. */
    public static final long GENERAL_ERROR = 0x05;
    /** CKR_FUNCTION_FAILED. */
    public static final long FUNCTION_FAILED = 0x06;
    /** CKR_ARGUMENTS_BAD. */
    public static final long ARGUMENTS_BAD = 0x07;
    /** CKR_ATTRIBUTE_SENSITIVE. */
    public static final long ATTRIBUTE_SENSITIVE = 0x11;
    /** CKR_ATTRIBUTE_TYPE_INVALID. */
    public static final long ATTRIBUTE_TYPE_INVALID = 0x12;
    /** CKR_ATTRIBUTE_VALUE_INVALID. */
    public static final long ATTRIBUTE_VALUE_INVALID = 0x13;
    /** CKR_DEVICE_ERROR. */
    public static final long DEVICE_ERROR = 0x30;
    /** CKR_FUNCTION_NOT_SUPPORTED. */
    public static final long FUNCTION_NOT_SUPPORTED = 0x54;
    /** CKR_MECHANISM_INVALID. */
    public static final long MECHANISM_INVALID = 0x70;
    /** CKR_PIN_INCORRECT. */
    public static final long PIN_INCORRECT = 0xA0;
    /** CKR_PIN_INVALID. */
    public static final long PIN_INVALID = 0xA1;
    /** CKR_PIN_LEN_RANGE. */
    public static final long PIN_LEN_RANGE = 0xA2;
    /** CKR_PIN_EXPIRED. */
    public static final long PIN_EXPIRED = 0xA3;
    /** CKR_PIN_LOCKED. */
    public static final long PIN_LOCKED = 0xA4;
    /** CKR_USER_ALREADY_LOGGED_IN. */
    public static final long USER_ALREADY_LOGGED_IN = 0x100;
    /** CKR_USER_PIN_NOT_INITIALIZED. */
    public static final long USER_PIN_NOT_INITIALIZED = 0x102;
    /** CKR_USER_TYPE_INVALID. */
    public static final long USER_TYPE_INVALID = 0x103;

    private ReturnValue() {}
}
