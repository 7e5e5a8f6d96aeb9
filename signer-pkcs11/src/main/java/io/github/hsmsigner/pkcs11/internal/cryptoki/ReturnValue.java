package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every CKR code of PKCS#11 2.40 (header {@code pkcs11t.h}) and 3.1, and the class of fault that it reports. This table
 * alone decides how the library handles an error.
 */
public enum ReturnValue {
    /** CKR_OK. */
    OK(0x0, FaultClass.NONE),
    /** CKR_CANCEL. */
    CANCEL(0x1, FaultClass.THROTTLED),
    /** CKR_HOST_MEMORY. */
    HOST_MEMORY(0x2, FaultClass.TOO_MANY_SESSIONS),
    /** CKR_SLOT_ID_INVALID. */
    SLOT_ID_INVALID(0x3, FaultClass.DEVICE_FAULT),
    /** CKR_GENERAL_ERROR. */
    GENERAL_ERROR(0x5, FaultClass.DEVICE_FAULT),
    /** CKR_FUNCTION_FAILED. */
    FUNCTION_FAILED(0x6, FaultClass.THROTTLED),
    /** CKR_ARGUMENTS_BAD. */
    ARGUMENTS_BAD(0x7, FaultClass.CALLER_ERROR),
    /** CKR_NO_EVENT. */
    NO_EVENT(0x8, FaultClass.NONE),
    /** CKR_NEED_TO_CREATE_THREADS. */
    NEED_TO_CREATE_THREADS(0x9, FaultClass.CALLER_ERROR),
    /** CKR_CANT_LOCK. */
    CANT_LOCK(0xA, FaultClass.CALLER_ERROR),
    /** CKR_ATTRIBUTE_READ_ONLY. */
    ATTRIBUTE_READ_ONLY(0x10, FaultClass.CALLER_ERROR),
    /** CKR_ATTRIBUTE_SENSITIVE. */
    ATTRIBUTE_SENSITIVE(0x11, FaultClass.CALLER_ERROR),
    /** CKR_ATTRIBUTE_TYPE_INVALID. */
    ATTRIBUTE_TYPE_INVALID(0x12, FaultClass.CALLER_ERROR),
    /** CKR_ATTRIBUTE_VALUE_INVALID. */
    ATTRIBUTE_VALUE_INVALID(0x13, FaultClass.CALLER_ERROR),
    /** CKR_ACTION_PROHIBITED. */
    ACTION_PROHIBITED(0x1B, FaultClass.CALLER_ERROR),
    /** CKR_DATA_INVALID. */
    DATA_INVALID(0x20, FaultClass.CALLER_ERROR),
    /** CKR_DATA_LEN_RANGE. */
    DATA_LEN_RANGE(0x21, FaultClass.CALLER_ERROR),
    /** CKR_DEVICE_ERROR. */
    DEVICE_ERROR(0x30, FaultClass.DEVICE_FAULT),
    /** CKR_DEVICE_MEMORY. */
    DEVICE_MEMORY(0x31, FaultClass.TOO_MANY_SESSIONS),
    /** CKR_DEVICE_REMOVED. */
    DEVICE_REMOVED(0x32, FaultClass.DEVICE_FAULT),
    /** CKR_ENCRYPTED_DATA_INVALID. */
    ENCRYPTED_DATA_INVALID(0x40, FaultClass.CALLER_ERROR),
    /** CKR_ENCRYPTED_DATA_LEN_RANGE. */
    ENCRYPTED_DATA_LEN_RANGE(0x41, FaultClass.CALLER_ERROR),
    /** CKR_AEAD_DECRYPT_FAILED. */
    AEAD_DECRYPT_FAILED(0x42, FaultClass.CALLER_ERROR),
    /** CKR_FUNCTION_CANCELED. */
    FUNCTION_CANCELED(0x50, FaultClass.THROTTLED),
    /** CKR_FUNCTION_NOT_PARALLEL. */
    FUNCTION_NOT_PARALLEL(0x51, FaultClass.CALLER_ERROR),
    /** CKR_FUNCTION_NOT_SUPPORTED. */
    FUNCTION_NOT_SUPPORTED(0x54, FaultClass.CALLER_ERROR),
    /** CKR_KEY_HANDLE_INVALID. */
    KEY_HANDLE_INVALID(0x60, FaultClass.STALE_HANDLE),
    /** CKR_KEY_SIZE_RANGE. */
    KEY_SIZE_RANGE(0x62, FaultClass.CALLER_ERROR),
    /** CKR_KEY_TYPE_INCONSISTENT. */
    KEY_TYPE_INCONSISTENT(0x63, FaultClass.STALE_HANDLE),
    /** CKR_KEY_NOT_NEEDED. */
    KEY_NOT_NEEDED(0x64, FaultClass.CALLER_ERROR),
    /** CKR_KEY_CHANGED. */
    KEY_CHANGED(0x65, FaultClass.STALE_HANDLE),
    /** CKR_KEY_NEEDED. */
    KEY_NEEDED(0x66, FaultClass.CALLER_ERROR),
    /** CKR_KEY_INDIGESTIBLE. */
    KEY_INDIGESTIBLE(0x67, FaultClass.CALLER_ERROR),
    /** CKR_KEY_FUNCTION_NOT_PERMITTED. */
    KEY_FUNCTION_NOT_PERMITTED(0x68, FaultClass.STALE_HANDLE),
    /** CKR_KEY_NOT_WRAPPABLE. */
    KEY_NOT_WRAPPABLE(0x69, FaultClass.CALLER_ERROR),
    /** CKR_KEY_UNEXTRACTABLE. */
    KEY_UNEXTRACTABLE(0x6A, FaultClass.CALLER_ERROR),
    /** CKR_MECHANISM_INVALID. */
    MECHANISM_INVALID(0x70, FaultClass.CALLER_ERROR),
    /** CKR_MECHANISM_PARAM_INVALID. */
    MECHANISM_PARAM_INVALID(0x71, FaultClass.CALLER_ERROR),
    /** CKR_OBJECT_HANDLE_INVALID. */
    OBJECT_HANDLE_INVALID(0x82, FaultClass.STALE_HANDLE),
    /** CKR_OPERATION_ACTIVE. */
    OPERATION_ACTIVE(0x90, FaultClass.SESSION_DEAD),
    /** CKR_OPERATION_NOT_INITIALIZED. */
    OPERATION_NOT_INITIALIZED(0x91, FaultClass.SESSION_DEAD),
    /** CKR_PIN_INCORRECT. */
    PIN_INCORRECT(0xA0, FaultClass.CREDENTIALS),
    /** CKR_PIN_INVALID. */
    PIN_INVALID(0xA1, FaultClass.CREDENTIALS),
    /** CKR_PIN_LEN_RANGE. */
    PIN_LEN_RANGE(0xA2, FaultClass.CREDENTIALS),
    /** CKR_PIN_EXPIRED. */
    PIN_EXPIRED(0xA3, FaultClass.CREDENTIALS),
    /** CKR_PIN_LOCKED. */
    PIN_LOCKED(0xA4, FaultClass.CREDENTIALS),
    /** CKR_SESSION_CLOSED. */
    SESSION_CLOSED(0xB0, FaultClass.SESSION_DEAD),
    /** CKR_SESSION_COUNT. */
    SESSION_COUNT(0xB1, FaultClass.TOO_MANY_SESSIONS),
    /** CKR_SESSION_HANDLE_INVALID. */
    SESSION_HANDLE_INVALID(0xB3, FaultClass.SESSION_DEAD),
    /** CKR_SESSION_PARALLEL_NOT_SUPPORTED. */
    SESSION_PARALLEL_NOT_SUPPORTED(0xB4, FaultClass.CALLER_ERROR),
    /** CKR_SESSION_READ_ONLY. */
    SESSION_READ_ONLY(0xB5, FaultClass.SESSION_DEAD),
    /** CKR_SESSION_EXISTS. */
    SESSION_EXISTS(0xB6, FaultClass.CALLER_ERROR),
    /** CKR_SESSION_READ_ONLY_EXISTS. */
    SESSION_READ_ONLY_EXISTS(0xB7, FaultClass.CALLER_ERROR),
    /** CKR_SESSION_READ_WRITE_SO_EXISTS. */
    SESSION_READ_WRITE_SO_EXISTS(0xB8, FaultClass.CALLER_ERROR),
    /** CKR_SIGNATURE_INVALID. */
    SIGNATURE_INVALID(0xC0, FaultClass.CALLER_ERROR),
    /** CKR_SIGNATURE_LEN_RANGE. */
    SIGNATURE_LEN_RANGE(0xC1, FaultClass.CALLER_ERROR),
    /** CKR_TEMPLATE_INCOMPLETE. */
    TEMPLATE_INCOMPLETE(0xD0, FaultClass.CALLER_ERROR),
    /** CKR_TEMPLATE_INCONSISTENT. */
    TEMPLATE_INCONSISTENT(0xD1, FaultClass.CALLER_ERROR),
    /** CKR_TOKEN_NOT_PRESENT. */
    TOKEN_NOT_PRESENT(0xE0, FaultClass.DEVICE_FAULT),
    /** CKR_TOKEN_NOT_RECOGNIZED. */
    TOKEN_NOT_RECOGNIZED(0xE1, FaultClass.DEVICE_FAULT),
    /** CKR_TOKEN_WRITE_PROTECTED. */
    TOKEN_WRITE_PROTECTED(0xE2, FaultClass.CALLER_ERROR),
    /** CKR_UNWRAPPING_KEY_HANDLE_INVALID. */
    UNWRAPPING_KEY_HANDLE_INVALID(0xF0, FaultClass.CALLER_ERROR),
    /** CKR_UNWRAPPING_KEY_SIZE_RANGE. */
    UNWRAPPING_KEY_SIZE_RANGE(0xF1, FaultClass.CALLER_ERROR),
    /** CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT. */
    UNWRAPPING_KEY_TYPE_INCONSISTENT(0xF2, FaultClass.CALLER_ERROR),
    /** CKR_USER_ALREADY_LOGGED_IN. */
    USER_ALREADY_LOGGED_IN(0x100, FaultClass.NONE),
    /** CKR_USER_NOT_LOGGED_IN. */
    USER_NOT_LOGGED_IN(0x101, FaultClass.NOT_LOGGED_IN),
    /** CKR_USER_PIN_NOT_INITIALIZED. */
    USER_PIN_NOT_INITIALIZED(0x102, FaultClass.CREDENTIALS),
    /** CKR_USER_TYPE_INVALID. */
    USER_TYPE_INVALID(0x103, FaultClass.CREDENTIALS),
    /** CKR_USER_ANOTHER_ALREADY_LOGGED_IN. */
    USER_ANOTHER_ALREADY_LOGGED_IN(0x104, FaultClass.DEVICE_FAULT),
    /** CKR_USER_TOO_MANY_TYPES. */
    USER_TOO_MANY_TYPES(0x105, FaultClass.DEVICE_FAULT),
    /** CKR_WRAPPED_KEY_INVALID. */
    WRAPPED_KEY_INVALID(0x110, FaultClass.CALLER_ERROR),
    /** CKR_WRAPPED_KEY_LEN_RANGE. */
    WRAPPED_KEY_LEN_RANGE(0x112, FaultClass.CALLER_ERROR),
    /** CKR_WRAPPING_KEY_HANDLE_INVALID. */
    WRAPPING_KEY_HANDLE_INVALID(0x113, FaultClass.CALLER_ERROR),
    /** CKR_WRAPPING_KEY_SIZE_RANGE. */
    WRAPPING_KEY_SIZE_RANGE(0x114, FaultClass.CALLER_ERROR),
    /** CKR_WRAPPING_KEY_TYPE_INCONSISTENT. */
    WRAPPING_KEY_TYPE_INCONSISTENT(0x115, FaultClass.CALLER_ERROR),
    /** CKR_RANDOM_SEED_NOT_SUPPORTED. */
    RANDOM_SEED_NOT_SUPPORTED(0x120, FaultClass.CALLER_ERROR),
    /** CKR_RANDOM_NO_RNG. */
    RANDOM_NO_RNG(0x121, FaultClass.DEVICE_FAULT),
    /** CKR_DOMAIN_PARAMS_INVALID. */
    DOMAIN_PARAMS_INVALID(0x130, FaultClass.CALLER_ERROR),
    /** CKR_CURVE_NOT_SUPPORTED. */
    CURVE_NOT_SUPPORTED(0x140, FaultClass.CALLER_ERROR),
    /** CKR_BUFFER_TOO_SMALL. */
    BUFFER_TOO_SMALL(0x150, FaultClass.CALLER_ERROR),
    /** CKR_SAVED_STATE_INVALID. */
    SAVED_STATE_INVALID(0x160, FaultClass.CALLER_ERROR),
    /** CKR_INFORMATION_SENSITIVE. */
    INFORMATION_SENSITIVE(0x170, FaultClass.CALLER_ERROR),
    /** CKR_STATE_UNSAVEABLE. */
    STATE_UNSAVEABLE(0x180, FaultClass.CALLER_ERROR),
    /** CKR_CRYPTOKI_NOT_INITIALIZED. */
    CRYPTOKI_NOT_INITIALIZED(0x190, FaultClass.MODULE_DEAD),
    /** CKR_CRYPTOKI_ALREADY_INITIALIZED. */
    CRYPTOKI_ALREADY_INITIALIZED(0x191, FaultClass.NONE),
    /** CKR_MUTEX_BAD. */
    MUTEX_BAD(0x1A0, FaultClass.DEVICE_FAULT),
    /** CKR_MUTEX_NOT_LOCKED. */
    MUTEX_NOT_LOCKED(0x1A1, FaultClass.DEVICE_FAULT),
    /** CKR_NEW_PIN_MODE. */
    NEW_PIN_MODE(0x1B0, FaultClass.CREDENTIALS),
    /** CKR_NEXT_OTP. */
    NEXT_OTP(0x1B1, FaultClass.CREDENTIALS),
    /** CKR_EXCEEDED_MAX_ITERATIONS. */
    EXCEEDED_MAX_ITERATIONS(0x1B5, FaultClass.CALLER_ERROR),
    /** CKR_FIPS_SELF_TEST_FAILED. */
    FIPS_SELF_TEST_FAILED(0x1B6, FaultClass.DEVICE_FAULT),
    /** CKR_LIBRARY_LOAD_FAILED. */
    LIBRARY_LOAD_FAILED(0x1B7, FaultClass.DEVICE_FAULT),
    /** CKR_PIN_TOO_WEAK. */
    PIN_TOO_WEAK(0x1B8, FaultClass.CREDENTIALS),
    /** CKR_PUBLIC_KEY_INVALID. */
    PUBLIC_KEY_INVALID(0x1B9, FaultClass.CALLER_ERROR),
    /** CKR_FUNCTION_REJECTED. */
    FUNCTION_REJECTED(0x200, FaultClass.THROTTLED),
    /** CKR_TOKEN_RESOURCE_EXCEEDED. */
    TOKEN_RESOURCE_EXCEEDED(0x201, FaultClass.TOO_MANY_SESSIONS),
    /** CKR_OPERATION_CANCEL_FAILED. */
    OPERATION_CANCEL_FAILED(0x202, FaultClass.SESSION_DEAD),
    /** CKR_KEY_EXHAUSTED. */
    KEY_EXHAUSTED(0x203, FaultClass.CALLER_ERROR);

    private static final Map<Long, ReturnValue> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ReturnValue::code, Function.identity()));

    private final long code;
    private final FaultClass faultClass;

    ReturnValue(long code, FaultClass faultClass) {
        this.code = code;
        this.faultClass = faultClass;
    }

    /**
     * Returns the code of a number.
     *
     * @param code the number that a function answered
     * @return the code; empty for those of vendors and of later standards
     */
    public static Optional<ReturnValue> of(long code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /**
     * Returns the class of fault that a number reports.
     *
     * @param code the number that a function returned
     * @return the class; {@link FaultClass#DEVICE_FAULT} for numbers that no standard names
     */
    public static FaultClass faultClass(long code) {
        return of(code).map(ReturnValue::faultClass).orElse(FaultClass.DEVICE_FAULT);
    }

    /**
     * Returns the name of a number, for messages.
     *
     * @param code the number that a function answered
     * @return such as {@code CKR_DEVICE_ERROR}, or the number in hexadecimal
     */
    public static String name(long code) {
        return of(code).map(ReturnValue::cryptokiName).orElseGet(() -> "0x" + Long.toHexString(code));
    }

    /**
     * Returns the number.
     *
     * @return the CKR code
     */
    public long code() {
        return code;
    }

    /**
     * Returns the class of fault that the code reports.
     *
     * @return the class
     */
    public FaultClass faultClass() {
        return faultClass;
    }

    /**
     * Returns its name in the standard.
     *
     * @return such as {@code CKR_DEVICE_ERROR}
     */
    public String cryptokiName() {
        return "CKR_" + name();
    }
}
