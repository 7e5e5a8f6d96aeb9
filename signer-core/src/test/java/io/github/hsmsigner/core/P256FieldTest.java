package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the arithmetic with that of {@link BigInteger}. The random values are the same in each run. */
class P256FieldTest {

    private static final BigInteger P = P256Field.PRIME;
    private static final BigInteger FACTOR = BigInteger.TWO.pow(260);

    private final Random random = new Random(25);

    @Test
    void multipliesAllOperands() {
        List<long[]> operands = operands();
        for (long[] a : operands) {
            for (long[] b : operands) {
                long[] product = new long[P256Field.LIMBS];
                P256Field.multiply(a, b, product);
                BigInteger integer = P256Field.integer(product);
                assertThat(integer.multiply(FACTOR).mod(P))
                        .as("%s * %s", Arrays.toString(a), Arrays.toString(b))
                        .isEqualTo(P256Field.integer(a)
                                .multiply(P256Field.integer(b))
                                .mod(P));
                assertThat(integer).isBetween(primes(-3), primes(4));
                long[] operand = a.clone();
                P256Field.multiply(operand, b, operand);
                assertThat(operand).isEqualTo(product);
            }
        }
    }

    @Test
    void reducesAllOperands() {
        for (long[] operand : operands()) {
            long[] reduced = operand.clone();
            P256Field.reduce(reduced);
            assertThat(P256Field.integer(reduced)
                            .subtract(P256Field.integer(operand))
                            .mod(P))
                    .isZero();
            assertThat(P256Field.integer(reduced).subtract(P.shiftRight(1)).abs())
                    .isLessThan(P.shiftRight(1).add(P.shiftRight(20)));
        }
    }

    @Test
    void recognisesMultiplesOfThePrime() {
        for (int k = -16; k <= 16; k++) {
            long[] multiple = limbs(primes(k));
            assertThat(P256Field.isZero(multiple)).as("%d primes", k).isTrue();
            for (int limb = 0; limb < P256Field.LIMBS; limb++) {
                for (int change : new int[] {-1, 1}) {
                    long[] other = multiple.clone();
                    other[limb] += change;
                    assertThat(P256Field.isZero(other)).isFalse();
                }
            }
            multiple[0] += 1L << 52;
            multiple[1]--;
            assertThat(P256Field.isZero(multiple))
                    .as("%d primes, not carried", k)
                    .isTrue();
        }
    }

    @Test
    void elementsAreInMontgomeryForm() {
        for (BigInteger number : List.of(BigInteger.ZERO, BigInteger.ONE, P.subtract(BigInteger.ONE), P, primes(3))) {
            assertThat(P256Field.integer(P256Field.element(number)))
                    .isEqualTo(number.multiply(FACTOR).mod(P));
        }
    }

    /** Values of up to 6 primes, with limbs that are carried, not carried and negative. */
    private List<long[]> operands() {
        Stream<long[]> multiples = Stream.iterate(-5, k -> k + 1)
                .limit(11)
                .flatMap(k -> Stream.of(-1, 0, 1).map(d -> limbs(primes(k).add(BigInteger.valueOf(d)))));
        Stream<long[]> extremes = Stream.of(
                new long[] {-1L << 55, -1L << 55, -1L << 55, -1L << 55, -1L << 50},
                new long[] {(1L << 56) - 1, (1L << 56) - 1, (1L << 56) - 1, (1L << 56) - 1, 1L << 50},
                new long[] {(1L << 56) - 1, -1L << 55, (1L << 56) - 1, -1L << 55, -1L << 50});
        Stream<long[]> randoms = Stream.generate(() -> {
                    long[] limbs = random.longs(P256Field.LIMBS)
                            .map(limb -> limb >> 8 + random.nextInt(5))
                            .toArray();
                    limbs[P256Field.LIMBS - 1] >>= 6;
                    return limbs;
                })
                .limit(100);
        return Stream.of(multiples, extremes, randoms).flatMap(all -> all).toList();
    }

    private static BigInteger primes(int count) {
        return P.multiply(BigInteger.valueOf(count));
    }

    /** The last limb has the sign. */
    private static long[] limbs(BigInteger integer) {
        long[] limbs = new long[P256Field.LIMBS];
        for (int i = 0; i < limbs.length; i++) {
            BigInteger rest = integer.shiftRight(52 * i);
            limbs[i] = i == limbs.length - 1 ? rest.longValue() : rest.longValue() & (1L << 52) - 1;
        }
        return limbs;
    }
}
