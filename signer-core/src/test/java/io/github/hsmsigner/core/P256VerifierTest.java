package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECFieldElement;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signatures are constructed from the two factors u1 and u2 of a verification (SEC 1, section 4.1.4), so that each special
 * case of the point arithmetic occurs.
 */
class P256VerifierTest {

    private static final ECDomainParameters CURVE = new ECDomainParameters(CustomNamedCurves.getByName("P-256"));
    private static final BigInteger N = CURVE.getN();
    private static final BigInteger P = CURVE.getCurve().getField().getCharacteristic();
    private static final BigInteger TWO = BigInteger.TWO;

    /** A fixed seed, so that each run has the same cases. */
    private final Random random = new Random(20);

    private static KeyFactory keys;
    private static ECPublicKey anyKey;

    @BeforeAll
    static void prepareJdk() throws GeneralSecurityException {
        keys = KeyFactory.getInstance("EC");
        anyKey = (ECPublicKey) TestKey.P_256.keyPair().getPublic();
    }

    static Stream<BigInteger> privateKeys() {
        return Stream.of(
                BigInteger.ONE,
                N.subtract(BigInteger.ONE),
                TWO,
                TWO.pow(32),
                N.shiftRight(1),
                new BigInteger("1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef", 16));
    }

    /** The keys are G, -G and small multiples; the sums include doublings, opposite points and infinity. */
    @ParameterizedTest
    @MethodSource("privateKeys")
    void verifiesAllFactors(BigInteger privateKey) {
        ECPoint key = CURVE.getG().multiply(privateKey).normalize();
        P256Verifier verifier = new P256Verifier(key);
        List<BigInteger> factors = factors();
        for (BigInteger u1 : factors) {
            for (BigInteger u2 : factors) {
                if (u2.signum() == 0) {
                    continue;
                }
                ECPoint sum = CURVE.getG().multiply(u1).add(key.multiply(u2)).normalize();
                Case one = Case.of(sum, u1, u2);
                assertThat(verifier.verify(one.digest(), one.r, one.s))
                        .as("u1 %s, u2 %s", u1, u2)
                        .isEqualTo(!sum.isInfinity())
                        .isEqualTo(verifiesWithBouncyCastle(key, one));
            }
        }
    }

    private static List<BigInteger> factors() {
        List<BigInteger> factors = new ArrayList<>(List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                TWO,
                BigInteger.valueOf(255),
                N.subtract(BigInteger.ONE),
                N.subtract(TWO),
                N.shiftRight(1)));
        for (int exponent : new int[] {8, 32, 224}) {
            factors.add(TWO.pow(exponent).mod(N));
        }
        return factors;
    }

    /** JDK 17 rejects these signatures. JDK 25 accepts them, as does BouncyCastle. */
    @Test
    void verifiesWhenXIsNotLessThanTheOrder() {
        int cases = 0;
        for (BigInteger x = N; cases < 5; x = x.add(BigInteger.ONE)) {
            ECPoint sum = pointWithX(x);
            if (sum == null || x.equals(N)) {
                continue;
            }
            cases++;
            BigInteger u1 = random();
            BigInteger u2 = random();
            ECPoint key = keyFor(sum, u1, u2);
            P256Verifier verifier = new P256Verifier(key);
            Case one = Case.of(sum, u1, u2);
            assertThat(one.r).isEqualTo(x.subtract(N));
            assertThat(verifier.verify(one.digest(), one.r, one.s)).isTrue();
            assertThat(verifiesWithBouncyCastle(key, one)).isTrue();
            assertThat(verifier.verify(one.digest(), x, one.s)).isFalse();
            assertThat(verifier.verify(one.digest(), one.r.add(BigInteger.ONE), one.s))
                    .isFalse();
        }
    }

    /** The sum of r and the order is compared as an integer, and not modulo the prime of the field. */
    @Test
    void doesNotReduceTheSumOfRAndTheOrder() throws GeneralSecurityException {
        int cases = 0;
        for (BigInteger x = BigInteger.ONE; cases < 5; x = x.add(BigInteger.ONE)) {
            ECPoint sum = pointWithX(x);
            if (sum == null) {
                continue;
            }
            cases++;
            BigInteger r = x.add(P).subtract(N);
            BigInteger u1 = random();
            BigInteger u2 = random();
            BigInteger s = r.multiply(u2.modInverse(N)).mod(N);
            Case one = new Case(u1.multiply(s).mod(N), r, s);
            ECPoint key = keyFor(sum, u1, u2);
            assertThat(new P256Verifier(key).verify(one.digest(), r, s)).isFalse();
            assertThat(verifiesWithJdk(key, one)).isFalse();
        }
    }

    @Test
    void rejectsNumbersOutOfRange() {
        ECPoint key = CURVE.getG().multiply(random()).normalize();
        P256Verifier verifier = new P256Verifier(key);
        List<BigInteger> numbers = List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.ONE.negate(),
                N.subtract(BigInteger.ONE),
                N,
                N.add(BigInteger.ONE),
                P,
                TWO.pow(256),
                TWO.pow(512));
        Case valid = Case.of(key.add(CURVE.getG()).normalize(), BigInteger.ONE, BigInteger.ONE);
        assertThat(verifier.verify(valid.digest(), valid.r, valid.s)).isTrue();
        for (BigInteger number : numbers) {
            assertThat(verifier.verify(valid.digest(), number, valid.s)).isFalse();
            assertThat(verifier.verify(valid.digest(), valid.r, number)).isFalse();
            for (BigInteger other : numbers) {
                assertThat(verifier.verify(valid.digest(), number, other)).isFalse();
            }
        }
        assertThat(verifier.verify(valid.digest(), valid.r.add(N), valid.s)).isFalse();
        assertThat(verifier.verify(valid.digest(), valid.r, valid.s.add(N))).isFalse();
        assertThat(verifier.verify(valid.digest(), valid.r, N.subtract(valid.s)))
                .as("the opposite point has the same x")
                .isTrue();
    }

    @Test
    void agreesWithBouncyCastleOnRandomAndChangedSignatures() throws GeneralSecurityException {
        for (int k = 0; k < 2; k++) {
            BigInteger privateKey = random();
            ECPoint key = CURVE.getG().multiply(privateKey).normalize();
            P256Verifier verifier = new P256Verifier(key);
            for (int i = 0; i < 128; i++) {
                Case valid = signed(privateKey);
                assertThat(verifier.verify(valid.digest(), valid.r, valid.s)).isTrue();
                BigInteger bit = BigInteger.ONE.shiftLeft(2 * i);
                for (Case changed : List.of(
                        new Case(valid.e.xor(bit), valid.r, valid.s),
                        new Case(valid.e, valid.r.xor(bit), valid.s),
                        new Case(valid.e, valid.r, valid.s.xor(bit)))) {
                    assertThat(verifier.verify(changed.digest(), changed.r, changed.s))
                            .isFalse()
                            .isEqualTo(verifiesWithBouncyCastle(key, changed));
                }
                if (i % 16 == 0) {
                    assertThat(verifiesWithJdk(key, valid)).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 31, 32, 33, 48, 64})
    void usesTheLeftmostBitsOfADigest(int length) {
        ECPoint key = CURVE.getG().multiply(random()).normalize();
        P256Verifier verifier = new P256Verifier(key);
        byte[] digest = new byte[length];
        random.nextBytes(digest);
        BigInteger e = length == 0 ? BigInteger.ZERO : new BigInteger(1, digest, 0, Math.min(32, length));
        // u2 = 1, so that s = r and u1 = e / r; the point depends on r, so the key is computed from the point.
        ECPoint sum = CURVE.getG().multiply(random()).normalize();
        BigInteger r = sum.getAffineXCoord().toBigInteger().mod(N);
        ECPoint signingKey = keyFor(sum, e.multiply(r.modInverse(N)).mod(N), BigInteger.ONE);

        assertThat(new P256Verifier(signingKey).verify(digest, r, r)).isTrue();
        assertThat(verifier.verify(digest, r, r)).isFalse();
    }

    @Test
    void threadsShareAVerifier() throws InterruptedException, ExecutionException {
        BigInteger privateKey = random();
        P256Verifier verifier =
                new P256Verifier(CURVE.getG().multiply(privateKey).normalize());
        List<Case> cases = Stream.generate(() -> signed(privateKey)).limit(50).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(() -> cases.forEach(one -> {
                    assertThat(verifier.verify(one.digest(), one.r, one.s)).isTrue();
                    assertThat(verifier.verify(one.digest(), one.s, one.r)).isFalse();
                })));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private BigInteger random() {
        return new BigInteger(300, random).mod(N.subtract(BigInteger.ONE)).add(BigInteger.ONE);
    }

    private Case signed(BigInteger privateKey) {
        BigInteger e = random();
        BigInteger k = random();
        BigInteger r = CURVE.getG()
                .multiply(k)
                .normalize()
                .getAffineXCoord()
                .toBigInteger()
                .mod(N);
        BigInteger s = e.add(r.multiply(privateKey))
                .multiply(BigIntegers.modOddInverseVar(N, k))
                .mod(N);
        return new Case(e, r, s);
    }

    /** Returns a point with an x, if the curve has one. */
    private static ECPoint pointWithX(BigInteger x) {
        ECFieldElement element = CURVE.getCurve().fromBigInteger(x);
        ECFieldElement y = element.square()
                .add(CURVE.getCurve().getA())
                .multiply(element)
                .add(CURVE.getCurve().getB())
                .sqrt();
        return y == null ? null : CURVE.getCurve().createPoint(x, y.toBigInteger());
    }

    /** Returns the public key Q for which u1·G + u2·Q is a point. */
    private static ECPoint keyFor(ECPoint sum, BigInteger u1, BigInteger u2) {
        return sum.subtract(CURVE.getG().multiply(u1))
                .multiply(u2.modInverse(N))
                .normalize();
    }

    private static boolean verifiesWithBouncyCastle(ECPoint key, Case one) {
        ECDSASigner signer = new ECDSASigner();
        signer.init(false, new ECPublicKeyParameters(key, CURVE));
        return signer.verifySignature(one.digest(), one.r, one.s);
    }

    private static boolean verifiesWithJdk(ECPoint key, Case one) throws GeneralSecurityException {
        PublicKey publicKey = keys.generatePublic(new ECPublicKeySpec(
                new java.security.spec.ECPoint(
                        key.getAffineXCoord().toBigInteger(),
                        key.getAffineYCoord().toBigInteger()),
                anyKey.getParams()));
        Signature signature = Signature.getInstance("NONEwithECDSA");
        signature.initVerify(publicKey);
        signature.update(one.digest());
        try {
            return signature.verify(new EcdsaSignature(one.r, one.s).toDer());
        } catch (SignatureException e) {
            return false;
        }
    }

    /** A digest as a number, and a signature of it. */
    private record Case(BigInteger e, BigInteger r, BigInteger s) {

        /** The signature with these factors, if the sum of the points is not infinity. */
        static Case of(ECPoint sum, BigInteger u1, BigInteger u2) {
            BigInteger r = sum.isInfinity()
                    ? BigInteger.valueOf(7)
                    : sum.getAffineXCoord().toBigInteger().mod(N);
            BigInteger s = r.multiply(u2.modInverse(N)).mod(N);
            return new Case(u1.multiply(s).mod(N), r, s);
        }

        byte[] digest() {
            return BigIntegers.asUnsignedByteArray(32, e);
        }
    }
}
