package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

    private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void itsDigestInfoIsThatOfBouncyCastle(DigestAlgorithm algorithm) throws Exception {
        byte[] hash = MessageDigest.getInstance(algorithm.jcaName()).digest(MESSAGE);
        DigestInfo expected = new DigestInfo(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.oid()), DERNull.INSTANCE), hash);
        assertThat(Digest.compute(algorithm, MESSAGE).toDigestInfo()).isEqualTo(expected.getEncoded("DER"));
    }

    @ParameterizedTest
    @CsvSource({"SHA256,0", "SHA256,20", "SHA256,31", "SHA256,33", "SHA384,32", "SHA384,49", "SHA512,48", "SHA512,65"})
    void itsLengthMustBeThatOfTheAlgorithm(DigestAlgorithm algorithm, int length) {
        assertThatThrownBy(() -> Digest.of(algorithm, new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A %s digest has %d bytes, not %d", algorithm.jcaName(), algorithm.length(), length);
    }

    @Test
    void itCannotBeChangedFromOutside() {
        byte[] bytes = new byte[32];
        Digest digest = Digest.of(DigestAlgorithm.SHA256, bytes);
        bytes[0] = 1;
        digest.bytes()[1] = 1;
        assertThat(digest.bytes()).isEqualTo(new byte[32]);
    }

    @Test
    void itDoesNotShowItselfWhenPrinted() {
        assertThat(Digest.compute(DigestAlgorithm.SHA256, MESSAGE)).hasToString("Digest[SHA-256]");
    }

    @ParameterizedTest
    @CsvSource({"sha256,SHA256", "SHA-256,SHA256", "Sha384,SHA384", "SHA512,SHA512"})
    void algorithmsHaveTheNamesInUse(String name, DigestAlgorithm expected) {
        assertThat(DigestAlgorithm.fromName(name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha1", "SHA-1", "sha160", "SHA-160", "md5", "MD5"})
    void brokenAlgorithmsAreRefusedWithTheReason(String name) {
        assertThatThrownBy(() -> DigestAlgorithm.fromName(name))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("collisions")
                .hasMessageContaining("sha256, sha384, sha512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha224", "SHA-224", "Sha224"})
    void sha224IsNotSupported(String name) {
        assertThatThrownBy(() -> DigestAlgorithm.fromName(name))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessage("The digest algorithm sha224 is not supported; use one of sha256, sha384, sha512.");
    }

    @Test
    void unknownAlgorithmsAreRefusedWithoutRepeatingThem() {
        assertThatThrownBy(() -> DigestAlgorithm.fromName("<script>"))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessage("The digest algorithm is not known; use one of sha256, sha384, sha512.");
    }
}
