package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** The one table of error codes. */
class ReturnValueTest {

    @Test
    void everyCodeThatTheWrapperKnowsIsInTheTableUnderItsName() throws IllegalAccessException {
        List<String> missing = new ArrayList<>();
        for (Field field : PKCS11Constants.class.getFields()) {
            if (field.getName().startsWith("CKR_") && !field.getName().equals("CKR_VENDOR_DEFINED")) {
                if (!ReturnValue.name(field.getLong(null)).equals(field.getName())) {
                    missing.add(field.getName());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void noNumberComesTwice() {
        Set<Long> numbers = new HashSet<>();
        assertThat(Arrays.stream(ReturnValue.values()).map(ReturnValue::code)).allMatch(numbers::add);
    }

    @ParameterizedTest
    @EnumSource(FaultClass.class)
    void everyClassSaysWhatItMeansAndWhatIsDone(FaultClass faultClass) {
        assertThat(ReturnValue.values()).extracting(ReturnValue::faultClass).contains(faultClass);
        assertThat(faultClass.meaning()).endsWith(".");
        assertThat(faultClass.handling()).endsWith(".");
        assertThat(faultClass.shown()).matches("(?s).*\\.`?");
        assertThat(faultClass.advice()).endsWith(".");
    }

    @ParameterizedTest
    @CsvSource({
        "FUNCTION_FAILED, THROTTLED",
        "DEVICE_ERROR, DEVICE_FAULT",
        "GENERAL_ERROR, DEVICE_FAULT",
        "DEVICE_REMOVED, DEVICE_FAULT",
        "TOKEN_NOT_PRESENT, DEVICE_FAULT",
        "USER_NOT_LOGGED_IN, NOT_LOGGED_IN",
        "SESSION_HANDLE_INVALID, SESSION_DEAD",
        "SESSION_CLOSED, SESSION_DEAD",
        "OPERATION_ACTIVE, SESSION_DEAD",
        "KEY_HANDLE_INVALID, STALE_HANDLE",
        "OBJECT_HANDLE_INVALID, STALE_HANDLE",
        "CRYPTOKI_NOT_INITIALIZED, MODULE_DEAD",
        "SESSION_COUNT, TOO_MANY_SESSIONS",
        "DEVICE_MEMORY, TOO_MANY_SESSIONS",
        "HOST_MEMORY, TOO_MANY_SESSIONS",
        "PIN_INCORRECT, CREDENTIALS",
        "PIN_LOCKED, CREDENTIALS",
        "PIN_EXPIRED, CREDENTIALS",
        "PIN_INVALID, CREDENTIALS",
        "PIN_LEN_RANGE, CREDENTIALS",
        "MECHANISM_INVALID, CALLER_ERROR",
        "USER_ALREADY_LOGGED_IN, NONE"
    })
    void theCodesOfCloudHsmAreHandledAsItsGuideSays(ReturnValue value, FaultClass faultClass) {
        assertThat(value.faultClass()).isEqualTo(faultClass);
    }

    @Test
    void aCodeOfAVendorCountsAsAFaultOfTheDevice() {
        CryptokiException e = new CryptokiException("C_Sign", 0x80000001L);
        assertThat(e.faultClass()).isEqualTo(FaultClass.DEVICE_FAULT);
        assertThat(e).hasMessage("C_Sign answered 0x80000001");
    }
}
