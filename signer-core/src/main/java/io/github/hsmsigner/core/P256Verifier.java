package io.github.hsmsigner.core;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.custom.sec.SecP256R1Field;
import org.bouncycastle.math.raw.Mod;
import org.bouncycastle.math.raw.Nat256;
import org.bouncycastle.util.BigIntegers;
import org.bouncycastle.util.Pack;

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
    private static final int ENTRY_LENGTH = 2 * WORDS;

    private static final BigInteger N = CustomNamedCurves.getByName("P-256").getN();
    private static final int[] N_WORDS = words(N);
    private static final BigInteger P =
            CustomNamedCurves.getByName("P-256").getCurve().getField().getCharacteristic();

    /** The multiples of the public key, 64 KiB: the affine x and y of each entry. */
    private final int[] multiples;

    P256Verifier(ECPoint publicKey) {
        multiples = comb(publicKey);
    }

    /** Returns whether r and s are a signature of the digest. */
    boolean verify(byte[] digest, BigInteger r, BigInteger s) {
        if (r.signum() != 1 || r.compareTo(N) >= 0 || s.signum() != 1 || s.compareTo(N) >= 0) {
            return false;
        }
        BigInteger e = new BigInteger(1, digest, 0, Math.min(digest.length, Integer.BYTES * WORDS));
        BigInteger w = inverse(s);
        JacobianPoint sum = new JacobianPoint();
        sum.addMultiples(words(e.multiply(w).mod(N)), words(r.multiply(w).mod(N)), multiples);
        BigInteger next = r.add(N);
        return sum.hasX(words(r)) || next.compareTo(P) < 0 && sum.hasX(words(next));
    }

    private static BigInteger inverse(BigInteger number) {
        int[] inverse = Nat256.create();
        Mod.modOddInverseVar(N_WORDS, words(number), inverse);
        return Nat256.toBigInteger(inverse);
    }

    /** Returns the words, the least significant one first. BouncyCastle's conversion makes a number for each word. */
    private static int[] words(BigInteger number) {
        byte[] bytes = BigIntegers.asUnsignedByteArray(Integer.BYTES * WORDS, number);
        int[] words = Nat256.create();
        for (int i = 0; i < WORDS; i++) {
            words[i] = Pack.bigEndianToInt(bytes, Integer.BYTES * (WORDS - 1 - i));
        }
        return words;
    }

    /** Returns the table of a point. An entry is the sum of the multiples by powers of two that its index selects. */
    private static int[] comb(ECPoint point) {
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
        int[] table = new int[entries.length * ENTRY_LENGTH];
        for (int i = 0; i < entries.length; i++) {
            if (!entries[i].isInfinity()) {
                put(entries[i].getAffineXCoord().toBigInteger(), table, i * ENTRY_LENGTH);
                put(entries[i].getAffineYCoord().toBigInteger(), table, i * ENTRY_LENGTH + WORDS);
            }
        }
        return table;
    }

    private static void put(BigInteger coordinate, int[] table, int offset) {
        System.arraycopy(words(coordinate), 0, table, offset, WORDS);
    }

    /** Computed with the first key on this curve. */
    private static final class Generator {

        static final int[] MULTIPLES = comb(CustomNamedCurves.getByName("P-256").getG());

        private Generator() {}
    }

    /** A point that changes, in Jacobian coordinates: x is X/Z², y is Y/Z³. Z is zero at infinity. Used by one thread. */
    private static final class JacobianPoint {

        private final int[] x = Nat256.create();
        private final int[] y = Nat256.create();
        private final int[] z = Nat256.create();
        private final int[] x2 = Nat256.create();
        private final int[] y2 = Nat256.create();
        private final int[] h = Nat256.create();
        private final int[] r = Nat256.create();
        private final int[] v = Nat256.create();
        private final int[] product = Nat256.createExt();

        /** Adds the multiple of the generator by u1 and that of the public key by u2 to infinity. */
        void addMultiples(int[] u1, int[] u2, int[] multiples) {
            for (int bit = BITS - 1; bit >= 0; bit--) {
                twice();
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

        /** Returns whether the point has this affine x, which it need not compute for that: X is x·Z². */
        boolean hasX(int[] affineX) {
            square(z, h);
            multiply(affineX, h, h);
            return !Nat256.isZero(z) && Nat256.eq(h, x);
        }

        /** Formula dbl-2001-b of the Explicit-Formulas Database, with Z3 = 2·Y·Z. */
        private void twice() {
            square(z, h);
            SecP256R1Field.add(x, h, r);
            SecP256R1Field.subtract(x, h, v);
            multiply(r, v, r);
            SecP256R1Field.twice(r, v);
            SecP256R1Field.add(r, v, r);
            multiply(y, z, z);
            SecP256R1Field.twice(z, z);
            square(y, h);
            multiply(x, h, v);
            SecP256R1Field.twice(v, v);
            SecP256R1Field.twice(v, v);
            square(r, x);
            SecP256R1Field.subtract(x, v, x);
            SecP256R1Field.subtract(x, v, x);
            SecP256R1Field.subtract(v, x, v);
            multiply(r, v, y);
            square(h, h);
            SecP256R1Field.twice(h, h);
            SecP256R1Field.twice(h, h);
            SecP256R1Field.twice(h, h);
            SecP256R1Field.subtract(y, h, y);
        }

        /** Adds an entry of a table in mixed coordinates (Guide to Elliptic Curve Cryptography, algorithm 3.22). */
        private void add(int[] table, int entry) {
            if (entry % ENTRIES == 0) {
                return;
            }
            System.arraycopy(table, entry * ENTRY_LENGTH, x2, 0, WORDS);
            System.arraycopy(table, entry * ENTRY_LENGTH + WORDS, y2, 0, WORDS);
            if (Nat256.isZero(z)) {
                System.arraycopy(x2, 0, x, 0, WORDS);
                System.arraycopy(y2, 0, y, 0, WORDS);
                Arrays.fill(z, 0);
                z[0] = 1;
                return;
            }
            square(z, h);
            multiply(h, z, r);
            multiply(h, x2, h);
            multiply(r, y2, r);
            SecP256R1Field.subtract(h, x, h);
            SecP256R1Field.subtract(r, y, r);
            if (Nat256.isZero(h)) {
                if (Nat256.isZero(r)) {
                    twice();
                } else {
                    Arrays.fill(z, 0);
                }
                return;
            }
            multiply(z, h, z);
            square(h, v);
            multiply(h, v, h);
            multiply(v, x, v);
            square(r, x);
            SecP256R1Field.subtract(x, h, x);
            SecP256R1Field.subtract(x, v, x);
            SecP256R1Field.subtract(x, v, x);
            SecP256R1Field.subtract(v, x, v);
            multiply(h, y, h);
            multiply(r, v, y);
            SecP256R1Field.subtract(y, h, y);
        }

        private void multiply(int[] a, int[] b, int[] result) {
            SecP256R1Field.multiply(a, b, result, product);
        }

        private void square(int[] a, int[] result) {
            SecP256R1Field.square(a, result, product);
        }
    }
}
