package io.github.hsmsigner.pkcs11.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenOutputTest {

    private static final long SEED = 20_240_611;

    private static BigInteger order(int bits) {
        return ((ECPublicKey) TestPki.keyPair("EC", bits).getPublic())
                .getParams()
                .getOrder();
    }

    /** Numbers at the edges, short ones, and some in between. */
    static Stream<Arguments> numbers() {
        Random random = new Random(SEED);
        return Stream.of(256, 384, 521).flatMap(bits -> {
            BigInteger order = order(bits);
            List<BigInteger> edges = List.of(
                    BigInteger.ONE,
                    BigInteger.valueOf(0x80),
                    order.subtract(BigInteger.ONE),
                    order.shiftRight(9),
                    new BigInteger(bits - 1, random).add(BigInteger.ONE));
            return edges.stream().flatMap(r -> edges.stream().map(s -> Arguments.of(order, new EcdsaSignature(r, s))));
        });
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void writesNumbersSideBySideAsDer(BigInteger order, EcdsaSignature signature) {
        TokenOutput.EcdsaNumbers output = new TokenOutput.EcdsaNumbers(order);
        assertThat(output.toSignature(signature.toRaw(output.width()))).isEqualTo(signature.toDer());
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void acceptsDer(BigInteger order, EcdsaSignature signature) {
        assertThat(new TokenOutput.EcdsaNumbers(order).toSignature(signature.toDer()))
                .isEqualTo(signature.toDer());
    }

    @Test
    void acceptsNumbersOfWhichTheTokenDroppedLeadingZeros() {
        EcdsaSignature signature = new EcdsaSignature(BigInteger.valueOf(0x1234), BigInteger.valueOf(0xFEDC));
        assertThat(new TokenOutput.EcdsaNumbers(order(256)).toSignature(signature.toRaw(31)))
                .isEqualTo(signature.toDer());
    }

    @Test
    void widthsAreThoseOfTheOrder() {
        assertThat(Stream.of(256, 384, 521).map(bits -> new TokenOutput.EcdsaNumbers(order(bits)).width()))
                .containsExactly(32, 48, 66);
    }

    static Stream<Arguments> noSignatures() {
        byte[] tooLarge = new byte[64];
        Arrays.fill(tooLarge, (byte) 0xFF);
        byte[] trailing = Arrays.copyOf(new EcdsaSignature(BigInteger.ONE, BigInteger.TEN).toDer(), 69);
        byte[] largeInDer = new EcdsaSignature(order(256), BigInteger.ONE).toDer();
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("zeros", new byte[64]),
                Arguments.of("not below the order", tooLarge),
                Arguments.of("an odd number of octets", new byte[63]),
                Arguments.of("too long", new byte[66]),
                Arguments.of("more than a DER encoding", trailing),
                Arguments.of("DER of a number that is not below the order", largeInDer));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noSignatures")
    void refusesWhatIsNoSignature(String what, byte[] octets) {
        TokenOutput output = new TokenOutput.EcdsaNumbers(order(256));
        assertThatThrownBy(() -> output.toSignature(octets))
                .isInstanceOf(InternalSigningException.class)
                .hasMessageContaining(octets.length + " bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 63, 65})
    void refusesOctetsOfAnotherLength(int length) {
        TokenOutput output = new TokenOutput.Octets(64);
        assertThat(output.toSignature(new byte[64])).hasSize(64);
        assertThatThrownBy(() -> output.toSignature(new byte[length]))
                .isInstanceOf(InternalSigningException.class)
                .hasMessageContaining(length + " bytes")
                .hasMessageContaining("64");
    }
}
