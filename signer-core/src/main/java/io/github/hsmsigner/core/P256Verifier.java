package io.github.hsmsigner.core;

import java.math.BigInteger;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.raw.Nat256;
import org.bouncycastle.util.BigIntegers;

/**
 * Verifies ECDSA signatures of one public key on P-256 (SEC 1, section 4.1.4) with tables of multiples of the generator and
 * of the public key.
 *
 * <p>Both tables are fixed-base combs (Lim and Lee, CRYPTO 1994) of 4 blocks, one for each byte of a word. The 8 teeth are
 * the bits of equal weight in the 8 words of a scalar. A verification takes 8 doublings and at most 64 additions. It runs in
 * variable time, because all inputs are public. Immutable and thread-safe.
 */
final class P256Verifier {

    private static final int WORDS = 8;
    private static final int BLOCKS = 4;
    private static final int BITS = 8;
    private static final int ENTRIES = 1 << WORDS;
    private static final int ENTRY_LENGTH = 2 * P256Field.LIMBS;

    private static final BigInteger N = CustomNamedCurves.getByName("P-256").getN();
    private static final long[] ONE = P256Field.element(BigInteger.ONE);

    /** The multiples of the public key, 80 KiB: the affine x and y of each entry. */
    private final long[] multiples;

    P256Verifier(ECPoint publicKey) {
        multiples = comb(publicKey);
    }

    /** Returns whether r and s are a signature of the digest. */
    boolean verify(byte[] digest, BigInteger r, BigInteger s) {
        if (r.signum() != 1 || r.compareTo(N) >= 0 || s.signum() != 1 || s.compareTo(N) >= 0) {
            return false;
        }
        BigInteger e = new BigInteger(1, digest, 0, Math.min(digest.length, Integer.BYTES * WORDS));
        BigInteger w = BigIntegers.modOddInverseVar(N, s);
        JacobianPoint sum = new JacobianPoint();
        sum.addMultiples(words(e.multiply(w).mod(N)), words(r.multiply(w).mod(N)), multiples);
        BigInteger next = r.add(N);
        return sum.hasX(r) || next.compareTo(P256Field.PRIME) < 0 && sum.hasX(next);
    }

    private static int[] words(BigInteger number) {
        return Nat256.fromBigInteger(number);
    }

    /** Returns the table of a point. An entry is the sum of the multiples by powers of two that its index selects. */
    private static long[] comb(ECPoint point) {
        ECPoint[] powers = new ECPoint[WORDS * BLOCKS];
        powers[0] = point;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1].timesPow2(BITS);
        }
        point.getCurve().normalizeAll(powers);
        ECPoint[] entries = new ECPoint[BLOCKS * ENTRIES];
        for (int i = 0; i < entries.length; i++) {
            int block = i / ENTRIES;
            int index = i % ENTRIES;
            entries[i] = index == 0
                    ? point.getCurve().getInfinity()
                    : entries[i & (i - 1)].add(powers[Integer.numberOfTrailingZeros(index) * BLOCKS + block]);
        }
        point.getCurve().normalizeAll(entries);
        long[] table = new long[entries.length * ENTRY_LENGTH];
        for (int i = 0; i < entries.length; i++) {
            if (!entries[i].isInfinity()) {
                put(entries[i].getAffineXCoord().toBigInteger(), table, i * ENTRY_LENGTH);
                put(entries[i].getAffineYCoord().toBigInteger(), table, i * ENTRY_LENGTH + P256Field.LIMBS);
            }
        }
        return table;
    }

    private static void put(BigInteger coordinate, long[] table, int offset) {
        System.arraycopy(P256Field.element(coordinate), 0, table, offset, P256Field.LIMBS);
    }

    /** Computed with the first key on this curve. */
    private static final class Generator {

        static final long[] MULTIPLES =
                comb(CustomNamedCurves.getByName("P-256").getG());

        private Generator() {}
    }

    /** A point that changes, in Jacobian coordinates: x is X/Z², y is Y/Z³. X and Y are reduced. Used by one thread. */
    private static final class JacobianPoint {

        private final long[] x = new long[P256Field.LIMBS];
        private final long[] y = new long[P256Field.LIMBS];
        private final long[] z = new long[P256Field.LIMBS];
        private final long[] x2 = new long[P256Field.LIMBS];
        private final long[] y2 = new long[P256Field.LIMBS];
        private final long[] h = new long[P256Field.LIMBS];
        private final long[] r = new long[P256Field.LIMBS];
        private final long[] v = new long[P256Field.LIMBS];
        private boolean infinity = true;

        /** Adds the multiple of the generator by u1 and that of the public key by u2 to infinity. */
        void addMultiples(int[] u1, int[] u2, long[] multiples) {
            for (int bit = BITS - 1; bit >= 0; bit--) {
                if (!infinity) {
                    twice();
                }
                for (int block = 0; block < BLOCKS; block++) {
                    add(Generator.MULTIPLES, index(u1, block, bit));
                    add(multiples, index(u2, block, bit));
                }
            }
        }

        /** Returns which entry of a table belongs to a bit of a byte of each word. */
        private static int index(int[] scalar, int block, int bit) {
            int shift = block * BITS + bit;
            int index = 0;
            for (int word = 0; word < WORDS; word++) {
                index |= (scalar[word] >>> shift & 1) << word;
            }
            return block * ENTRIES + index;
        }

        /** Returns whether the point has this affine x. The comparison of X with x·Z² saves the division. */
        boolean hasX(BigInteger affineX) {
            P256Field.square(z, h);
            P256Field.multiply(P256Field.element(affineX), h, h);
            P256Field.subtract(h, x, h);
            return !infinity && P256Field.isZero(h);
        }

        /** Doubles it, with formula dbl-2001-b of the Explicit-Formulas Database and Z3 = 2·Y·Z. */
        private void twice() {
            P256Field.square(z, h);
            P256Field.add(x, h, r);
            P256Field.subtract(x, h, v);
            P256Field.multiply(r, v, r);
            P256Field.scale(r, 3, r);
            P256Field.multiply(y, z, z);
            P256Field.scale(z, 2, z);
            P256Field.square(y, h);
            P256Field.multiply(x, h, v);
            P256Field.scale(v, 4, v);
            P256Field.square(r, x);
            P256Field.subtract(x, v, x);
            P256Field.subtract(x, v, x);
            P256Field.reduce(x);
            P256Field.subtract(v, x, v);
            P256Field.multiply(r, v, y);
            P256Field.square(h, h);
            P256Field.scale(h, 8, h);
            P256Field.subtract(y, h, y);
            P256Field.reduce(y);
        }

        /** Adds an entry of a table in mixed coordinates (Guide to Elliptic Curve Cryptography, algorithm 3.22). */
        private void add(long[] table, int entry) {
            if (entry % ENTRIES == 0) {
                return;
            }
            System.arraycopy(table, entry * ENTRY_LENGTH, x2, 0, P256Field.LIMBS);
            System.arraycopy(table, entry * ENTRY_LENGTH + P256Field.LIMBS, y2, 0, P256Field.LIMBS);
            if (infinity) {
                System.arraycopy(x2, 0, x, 0, P256Field.LIMBS);
                System.arraycopy(y2, 0, y, 0, P256Field.LIMBS);
                System.arraycopy(ONE, 0, z, 0, P256Field.LIMBS);
                infinity = false;
                return;
            }
            P256Field.square(z, h);
            P256Field.multiply(h, z, r);
            P256Field.multiply(h, x2, h);
            P256Field.multiply(r, y2, r);
            P256Field.subtract(h, x, h);
            P256Field.subtract(r, y, r);
            if (P256Field.isZero(h)) {
                if (P256Field.isZero(r)) {
                    twice();
                } else {
                    infinity = true;
                }
                return;
            }
            P256Field.multiply(z, h, z);
            P256Field.square(h, v);
            P256Field.multiply(h, v, h);
            P256Field.multiply(v, x, v);
            P256Field.square(r, x);
            P256Field.subtract(x, h, x);
            P256Field.subtract(x, v, x);
            P256Field.subtract(x, v, x);
            P256Field.reduce(x);
            P256Field.subtract(v, x, v);
            P256Field.multiply(h, y, h);
            P256Field.multiply(r, v, y);
            P256Field.subtract(y, h, y);
            P256Field.reduce(y);
        }
    }
}
