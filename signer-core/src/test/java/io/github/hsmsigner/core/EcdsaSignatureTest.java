package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.Property;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaSignatureTest {

    @ParameterizedTest
    @CsvSource({"P-256,32", "P-384,48", "P-521,66"})
    void bothFormsAreThoseOfBouncyCastleAtTheEdges(String curve, int width) throws IOException {
        BigInteger order = CustomNamedCurves.getByName(curve).getN();
        List<BigInteger> numbers = edges(order);
        for (BigInteger r : numbers) {
            for (BigInteger s : numbers) {
                assertBothForms(order, width, r, s);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"P-256,32", "P-384,48", "P-521,66"})
    void bothFormsAreThoseOfBouncyCastle(String curve, int width) {
        BigInteger order = CustomNamedCurves.getByName(curve).getN();
        Property.holds(
                2000, random -> assertBothForms(order, width, anyNumber(order, random), anyNumber(order, random)));
    }

    private static void assertBothForms(BigInteger order, int width, BigInteger r, BigInteger s) throws IOException {
        byte[] raw = PlainDSAEncoding.INSTANCE.encode(order, r, s);
        byte[] der = StandardDSAEncoding.INSTANCE.encode(order, r, s);
        assertThat(raw).hasSize(2 * width);
        assertThat(EcdsaSignature.ofRaw(raw)).isEqualTo(new EcdsaSignature(r, s));
        assertThat(EcdsaSignature.ofRaw(raw).toDer()).isEqualTo(der);
        assertThat(EcdsaSignature.ofDer(der).toRaw(width)).isEqualTo(raw);
        assertThat(der.length).isLessThanOrEqualTo(EcdsaSignature.maxDerLength(order));
    }

    /** 1, the order less 1, and where one octet more is needed, with the sign bit of DER or without. */
    private static List<BigInteger> edges(BigInteger order) {
        List<BigInteger> edges = new ArrayList<>(List.of(order.subtract(BigInteger.ONE)));
        for (int bits = 0; bits < order.bitLength(); bits++) {
            if (bits % Byte.SIZE == 0 || bits % Byte.SIZE == Byte.SIZE - 1) {
                edges.add(BigInteger.ONE.shiftLeft(bits));
                edges.add(BigInteger.ONE
                        .shiftLeft(bits + 1)
                        .subtract(BigInteger.ONE)
                        .min(edges.get(0)));
            }
        }
        return edges;
    }

    /** From 1 to the order less 1; half of them with a length in bits that is random too, and so short. */
    private static BigInteger anyNumber(BigInteger order, RandomGenerator random) {
        int bits = random.nextBoolean() ? order.bitLength() : random.nextInt(1, order.bitLength());
        BigInteger number;
        do {
            number = new BigInteger(1, Property.bytes(random, (bits + Byte.SIZE - 1) / Byte.SIZE))
                    .mod(BigInteger.ONE.shiftLeft(bits));
        } while (number.signum() == 0 || number.compareTo(order) >= 0);
        return number;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 65})
    void rawOctetsMustBeTwoHalves(int length) {
        byte[] octets = new byte[length];
        assertThatThrownBy(() -> EcdsaSignature.ofRaw(octets))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("even number of bytes");
    }

    @Test
    void noNumberIsZero() {
        assertThatThrownBy(() -> EcdsaSignature.ofRaw(new byte[64]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "30", // cut in the header
                "3006020101", // cut in the content
                "300602010102010100", // trailing octet
                "30060201010201ff", // negative
                "3006020100020101", // zero
                "300702020001020101", // a number with a needless leading zero
                "30810602010102010100", // length in a longer form than needed
                "30800201010201010000", // indefinite length
                "3003020101", // one number
                "3009020101020101020101", // three numbers
                "3106020101020101", // a set
                "3006040101040101", // octet strings
                "3084ffffffff020101", // a length beyond all memory
                "30847fffffff020101", // the largest length of a Java array
                "308501000000060201010201", // a length in five octets
                "3007020101020101", // a length too large by one
                "3005020101020101", // a length too small by one
                "30060202010201", // a number that is cut
                "30080284ffffffff01020101", // a number with a length beyond all memory
                "3007028101010201", // a number whose length is in longer form than needed
                "30070201010202ff80", // negative, with a needless leading octet
                "30070201010202007f", // a needless leading zero in the second number
                "30050200020101", // a number without octets
                "3005020101" + "0200", // the second number without octets
                "3008020101020101" + "0500", // NULL appended inside
                "30060901010201" + "01", // a real number
                "300802010101010102" + "0101", // a boolean between
                "04083006020101020101", // wrapped in an octet string
                "30083006020101020101", // wrapped in a sequence
                "0309003006020101020101", // wrapped in a bit string
                "a006020101020101", // a tag of another class
                "3080020101020101", // indefinite length without end
                "308002010102010100", // half an end of an indefinite length
                "308006092a864886f70d010101", // indefinite length and something else
            })
    void whatIsNotDerIsRefused(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> EcdsaSignature.ofDer(octets))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isIn("Not an Ecdsa-Sig-Value in DER", "The numbers of an ECDSA signature are positive");
    }

    /** Which curve it is, the encoding does not say: it is the verification before a signature is handed out that sees this. */
    @Test
    void numbersBeyondTheOrderOfTheCurveAreNoSignature() throws Exception {
        SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_SHA256;
        KeyStoreSigner signer = TestKeys.signerFor(algorithm);
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        EcdsaSignature good = EcdsaSignature.ofDer(signer.sign(algorithm, digest, TestKeys.soon()));
        BigInteger order = CustomNamedCurves.getByName("P-256").getN();
        assertThat(verify(signer.publicKey(), digest, good.toDer())).isTrue();
        for (EcdsaSignature bad : List.of(
                new EcdsaSignature(good.r().add(order), good.s()),
                new EcdsaSignature(good.r(), good.s().add(order)),
                new EcdsaSignature(order, good.s()),
                new EcdsaSignature(good.r(), order),
                new EcdsaSignature(good.s(), good.r()),
                new EcdsaSignature(BigInteger.ONE, BigInteger.ONE),
                new EcdsaSignature(BigInteger.ONE.shiftLeft(100_000), good.s()))) {
            assertThat(verify(signer.publicKey(), digest, bad.toDer())).isFalse();
        }
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        EcdsaSignature signature = new EcdsaSignature(BigInteger.ONE.shiftLeft(256), BigInteger.ONE);
        assertThatThrownBy(() -> signature.toRaw(32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 33 bytes");
        assertThat(signature.toRaw(33)).hasSize(66);
    }

    private static boolean verify(PublicKey key, Digest digest, byte[] signature) {
        return SignatureScheme.ECDSA.verifier().verify(key, digest.algorithm(), digest.bytes(), signature);
    }
}
