package io.github.hsmsigner.pkcs11.internal.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PublicKeysTest {

    private static byte[] point(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getPublicKeyData()
                .getOctets();
    }

    private static byte[] compressed(byte[] point) {
        int width = point.length / 2;
        byte[] shorter = Arrays.copyOf(point, 1 + width);
        shorter[0] = (byte) (2 + (point[point.length - 1] & 1));
        return shorter;
    }

    private static byte[] wrapped(byte[] point) throws IOException {
        return new DEROctetString(point).getEncoded();
    }

    static Stream<Arguments> forms() throws IOException {
        PublicKey p256 = TestPki.keyPair("EC", 256).getPublic();
        PublicKey p384 = TestPki.keyPair("EC", 384).getPublic();
        PublicKey p521 = TestPki.keyPair("EC", 521).getPublic();
        PublicKey ed = TestPki.keyPair("Ed25519", 255).getPublic();
        byte[] oid256 = SECObjectIdentifiers.secp256r1.getEncoded();
        byte[] oid384 = SECObjectIdentifiers.secp384r1.getEncoded();
        byte[] oid521 = SECObjectIdentifiers.secp521r1.getEncoded();
        byte[] oidEd = EdECObjectIdentifiers.id_Ed25519.getEncoded();
        byte[] nameEd = new DERPrintableString("edwards25519").getEncoded();
        byte[] name256 = new DERPrintableString("secp256r1").getEncoded();
        return Stream.of(
                Arguments.of("P-256, OCTET STRING", oid256, wrapped(point(p256)), p256),
                Arguments.of("P-256, bare", oid256, point(p256), p256),
                Arguments.of("P-256, compressed in an OCTET STRING", oid256, wrapped(compressed(point(p256))), p256),
                Arguments.of("P-256, compressed and bare", oid256, compressed(point(p256)), p256),
                Arguments.of("P-256 by name", name256, wrapped(point(p256)), p256),
                Arguments.of("P-384, OCTET STRING", oid384, wrapped(point(p384)), p384),
                Arguments.of("P-521, OCTET STRING", oid521, wrapped(point(p521)), p521),
                Arguments.of("P-521, bare", oid521, point(p521), p521),
                Arguments.of("Ed25519 by OID, OCTET STRING", oidEd, wrapped(point(ed)), ed),
                Arguments.of("Ed25519 by name, OCTET STRING", nameEd, wrapped(point(ed)), ed),
                Arguments.of("Ed25519 by name, bare", nameEd, point(ed), ed));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void readsThePointsOfTokensInAllTheirForms(String form, byte[] parameters, byte[] point, PublicKey expected) {
        assertThat(PublicKeys.ec(parameters, point)).isEqualTo(expected);
    }

    static Stream<Arguments> unusable() throws IOException {
        PublicKey key = TestPki.keyPair("EC", 256).getPublic();
        byte[] point = point(key);
        byte[] offTheCurve = point.clone();
        offTheCurve[40] ^= 1;
        byte[] oid = SECObjectIdentifiers.secp256r1.getEncoded();
        byte[] unknown = new ASN1ObjectIdentifier("1.2.3").getEncoded();
        byte[] explicit = ECNamedCurveTable.getByName("secp256r1").getEncoded();
        return Stream.of(
                Arguments.of("another curve's point", SECObjectIdentifiers.secp384r1.getEncoded(), wrapped(point)),
                Arguments.of("a point off the curve", oid, wrapped(offTheCurve)),
                Arguments.of("a curve that is not known", unknown, wrapped(point)),
                Arguments.of("a curve that is spelled out", explicit, wrapped(point)),
                Arguments.of("a curve of another type", new DERUTF8String("P-256").getEncoded(), wrapped(point)),
                Arguments.of("parameters that are no DER", new byte[] {6, 9}, wrapped(point)),
                Arguments.of("a point that is no DER", oid, new byte[] {4, 9}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusable")
    void refusesWhatIsNoKey(String what, byte[] parameters, byte[] point) {
        assertThatThrownBy(() -> PublicKeys.ec(parameters, point)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048, 'RSA, 2048 bits'", "EC, 256, 'EC, P-256'", "EC, 521, 'EC, P-521'", "Ed25519, 255, Ed25519"})
    void describesTypeAndSize(String algorithm, int bits, String expected) {
        PublicKey key = TestPki.keyPair(algorithm, bits).getPublic();
        assertThat(PublicKeys.describe(key)).isEqualTo(expected);
        assertThat(SubjectPublicKeys.decode(key.getEncoded())).isEqualTo(key);
    }

    @Test
    void aModulusHasNoSign() {
        byte[] modulus = HexFormat.of().parseHex("c0".repeat(255) + "c1");
        assertThat(PublicKeys.describe(PublicKeys.rsa(modulus, new byte[] {1, 0, 1})))
                .isEqualTo("RSA, 2048 bits");
    }
}
