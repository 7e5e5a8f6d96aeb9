package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first error of a search is the one that its caller gets. */
class WrapperCryptokiTest {

    private static final long SESSION = 7;

    private final List<String> calls = new ArrayList<>();

    /** A module in which some functions fail; a search finds one object in its first part. */
    private WrapperCryptoki module(Map<String, ReturnValue> answers) {
        return new WrapperCryptoki(null, (PKCS11) Proxy.newProxyInstance(
                PKCS11.class.getClassLoader(), new Class<?>[] {PKCS11.class}, (proxy, function, arguments) -> {
                    calls.add(function.getName());
                    if (answers.containsKey(function.getName())) {
                        throw new PKCS11Exception(
                                answers.get(function.getName()).code());
                    }
                    boolean first =
                            calls.stream().filter("C_FindObjects"::equals).count() == 1;
                    return function.getReturnType() == long[].class ? first ? new long[] {1} : new long[0] : null;
                }));
    }

    private static void assertFails(WrapperCryptoki module, String function, ReturnValue value, String... suppressed) {
        assertThatThrownBy(() -> module.findObjects(SESSION, List.of()))
                .isInstanceOfSatisfying(CryptokiException.class, e -> {
                    assertThat(e.function()).isEqualTo(function);
                    assertThat(e.is(value)).isTrue();
                    assertThat(Arrays.stream(e.getSuppressed()).map(Throwable::getMessage))
                            .containsExactly(suppressed);
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = ReturnValue.class,
            names = {"DEVICE_ERROR", "SESSION_HANDLE_INVALID", "FUNCTION_FAILED", "USER_NOT_LOGGED_IN"})
    void theErrorOfTheSearchIsNotHiddenByThatOfItsEnd(ReturnValue first) {
        assertFails(
                module(Map.of("C_FindObjects", first, "C_FindObjectsFinal", ReturnValue.OPERATION_NOT_INITIALIZED)),
                "C_FindObjects",
                first,
                "C_FindObjectsFinal answered CKR_OPERATION_NOT_INITIALIZED");
    }

    @Test
    void theEndOfASearchThatFailsAloneIsTheError() {
        assertFails(
                module(Map.of("C_FindObjectsFinal", ReturnValue.DEVICE_ERROR)),
                "C_FindObjectsFinal",
                ReturnValue.DEVICE_ERROR);
    }

    @Test
    void aSearchThatDoesNotBeginIsNotEnded() {
        assertFails(
                module(Map.of("C_FindObjectsInit", ReturnValue.OPERATION_ACTIVE)),
                "C_FindObjectsInit",
                ReturnValue.OPERATION_ACTIVE);
        assertThat(calls).containsExactly("C_FindObjectsInit");
    }

    @Test
    void aSearchEndsAfterAnEmptyPart() throws CryptokiException {
        assertThat(module(Map.of()).findObjects(SESSION, List.of())).containsExactly(1L);
        assertThat(calls).containsExactly("C_FindObjectsInit", "C_FindObjects", "C_FindObjects", "C_FindObjectsFinal");
    }
}
