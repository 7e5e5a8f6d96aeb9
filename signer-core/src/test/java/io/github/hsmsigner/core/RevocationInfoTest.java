package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationInfoTest {

    private static final byte[] SEQUENCE = {0x30, 3, 2, 1, 7};

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN X509 CRL-----",
                "\u0030\u0004\u0002\u0001\u0007",
                "\u0002\u0001\u0007",
                "\u0030\u0000\u0030\u0000"
            })
    void whatIsNoSequenceIsRefused(String octets) {
        byte[] bad = octets.getBytes(StandardCharsets.ISO_8859_1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RevocationInfo(List.of(), List.of(SEQUENCE, bad)))
                .withMessage("One CertificateList in DER is expected, and nothing behind it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RevocationInfo(List.of(bad), List.of()))
                .withMessage("One OCSPResponse in DER is expected, and nothing behind it");
    }

    @Test
    void itHasCopies() {
        byte[] octets = SEQUENCE.clone();
        RevocationInfo info = new RevocationInfo(List.of(octets), List.of(octets));
        octets[4] = 8;
        assertThat(info.ocspResponses()).containsExactly(SEQUENCE);
        assertThat(info.crls()).containsExactly(SEQUENCE);
    }
}
