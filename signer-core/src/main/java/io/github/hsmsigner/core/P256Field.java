package io.github.hsmsigner.core;

import java.math.BigInteger;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/**
 * Arithmetic modulo the prime of P-256, in variable time, for values that are not secret.
 *
 * <p>An element is the sum of five signed limbs by powers of 2<sup>52</sup>. It is in Montgomery form: multiplied by
 * 2<sup>260</sup>. Elements are not unique. Sums and differences are formed limb by limb and are not reduced. Operands
 * of {@link #multiply} are less than 6 primes in absolute value, and their limbs are less than 2<sup>56</sup>. A product is
 * greater than -3 primes and less than 4, and for operands of less than 2 primes less than 1.25. Thread-safe.
 */
final class P256Field {

    static final BigInteger PRIME =
            CustomNamedCurves.getByName("P-256").getCurve().getField().getCharacteristic();
    static final int LIMBS = 5;

    private static final int BITS = 52;
    private static final long MASK = (1L << BITS) - 1;

    /** The operands of a high half are shifted by this together, so that it begins at the next limb. */
    private static final int ALIGNMENT = (Long.SIZE - BITS) / 2;

    private static final int TOP_BITS = 256 - (LIMBS - 1) * BITS;
    private static final int FACTOR_BITS = LIMBS * BITS;

    /** Multiples of the prime up to this are recognised as zero. */
    private static final int MOST_PRIMES = 16;

    private P256Field() {}

    /** Returns the element of a number that is not negative. */
    static long[] element(BigInteger number) {
        BigInteger rest = number.shiftLeft(FACTOR_BITS).mod(PRIME);
        long[] element = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            element[i] = rest.longValue() & MASK;
            rest = rest.shiftRight(BITS);
        }
        return element;
    }

    /** Computes a·b with the reduction of Montgomery. The result can be one of the operands. */
    static void multiply(long[] a, long[] b, long[] result) {
        long b0 = b[0];
        long b1 = b[1];
        long b2 = b[2];
        long b3 = b[3];
        long b4 = b[4];
        long t0 = 0;
        long t1 = 0;
        long t2 = 0;
        long t3 = 0;
        long t4 = 0;
        for (int i = 0; i < LIMBS; i++) {
            long limb = a[i];
            long shifted = limb << ALIGNMENT;
            t0 += limb * b0 & MASK;
            t1 += Math.multiplyHigh(shifted, b0 << ALIGNMENT) + (limb * b1 & MASK);
            t2 += Math.multiplyHigh(shifted, b1 << ALIGNMENT) + (limb * b2 & MASK);
            t3 += Math.multiplyHigh(shifted, b2 << ALIGNMENT) + (limb * b3 & MASK);
            t4 += Math.multiplyHigh(shifted, b3 << ALIGNMENT) + (limb * b4 & MASK);
            // Adds m·(2^256 - 2^224 + 2^192 + 2^96 - 1), which ends in the negative of the lowest limb.
            long m = t0 & MASK;
            t0 = t1 + (t0 >> BITS) + (m << 44 & MASK);
            t1 = t2 + (m >>> 8);
            t2 = t3 + (m << 36 & MASK);
            t3 = t4 + (m >>> 16) - (m << 16 & MASK) + (m << 48 & MASK);
            t4 = Math.multiplyHigh(shifted, b4 << ALIGNMENT) - (m >>> 36) + (m >>> 4);
        }
        store(t0, t1, t2, t3, t4, result);
    }

    static void square(long[] a, long[] result) {
        multiply(a, a, result);
    }

    static void add(long[] a, long[] b, long[] result) {
        for (int i = 0; i < LIMBS; i++) {
            result[i] = a[i] + b[i];
        }
    }

    static void subtract(long[] a, long[] b, long[] result) {
        for (int i = 0; i < LIMBS; i++) {
            result[i] = a[i] - b[i];
        }
    }

    /** Multiplies by a small number. */
    static void scale(long[] a, int factor, long[] result) {
        for (int i = 0; i < LIMBS; i++) {
            result[i] = a[i] * factor;
        }
    }

    /** Brings an element of less than 16 primes to between about 0 and 1 prime. */
    static void reduce(long[] a) {
        store(a[0], a[1], a[2], a[3], a[4], a);
        long excess = a[4] >> TOP_BITS;
        a[0] += excess;
        a[1] -= excess << 44;
        a[3] -= excess << 36;
        a[4] += (excess << 16) - (excess << TOP_BITS);
    }

    /** Carries, so that all limbs but the last are between 0 and the mask. */
    private static void store(long t0, long t1, long t2, long t3, long t4, long[] result) {
        long c1 = t1 + (t0 >> BITS);
        long c2 = t2 + (c1 >> BITS);
        long c3 = t3 + (c2 >> BITS);
        result[0] = t0 & MASK;
        result[1] = c1 & MASK;
        result[2] = c2 & MASK;
        result[3] = c3 & MASK;
        result[4] = t4 + (c3 >> BITS);
    }

    /** Returns whether an element of less than 16 primes is a multiple of the prime. The prime ends in a limb of ones. */
    static boolean isZero(long[] a) {
        return (a[0] + MOST_PRIMES & MASK) <= 2 * MOST_PRIMES
                && integer(a).mod(PRIME).signum() == 0;
    }

    /** Returns the value of the limbs. */
    static BigInteger integer(long[] a) {
        BigInteger integer = BigInteger.ZERO;
        for (int i = LIMBS - 1; i >= 0; i--) {
            integer = integer.shiftLeft(BITS).add(BigInteger.valueOf(a[i]));
        }
        return integer;
    }
}
