package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VendorProfileTest {

    @ParameterizedTest
    @CsvSource({
        "SoftHSM, Implementation of PKCS11, /usr/lib/softhsm/libsofthsm2.so, SoftHSM",
        "SoftHSM, Implementation of PKCS11, /opt/other.so, SoftHSM",
        "Amazon, CloudHSM PKCS#11 Library, /opt/other.so, AWS CloudHSM",
        "Somebody, Some Library, /opt/cloudhsm/lib/libcloudhsm_pkcs11.so, AWS CloudHSM",
        "Somebody, Some Library, /opt/other.so, generic",
        "PKCS#11 Kit, PKCS#11 Kit Remote Module, /usr/lib/p11-kit-client.so, generic"
    })
    void isFoundFromTheModule(String manufacturer, String description, Path file, String profile) {
        assertThat(VendorProfile.of(new ModuleInfo(manufacturer, description, "1.0"), file))
                .hasToString(profile);
    }

    @Test
    void theGenericOneAddsNothingToTheStandard() {
        VendorProfile generic = VendorProfile.generic();
        assertThat(generic.maxSessions()).isEmpty();
        assertThat(generic.contextSpecificLogin()).isTrue();
        assertThat(generic.maxEddsaMessage()).isEmpty();
    }

    @Test
    void cloudHsmHasTheLimitsOfItsGuide() {
        VendorProfile cloudHsm = VendorProfile.cloudHsm();
        assertThat(cloudHsm.maxSessions()).isEqualTo(OptionalInt.of(1024));
        assertThat(cloudHsm.contextSpecificLogin()).isFalse();
        assertThat(cloudHsm.maxEddsaMessage()).isEqualTo(OptionalInt.of(16_000));
    }
}
