package io.github.hsmsigner.core;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.custom.sec.SecP256R1Curve;
import org.jspecify.annotations.Nullable;

/**
 * Verifies ECDSA signatures on P-256, P-384 and P-521 with BouncyCastle's implementations of these curves. The JDK needs
 * several times as long, which would be most of the time of a signature. A key on P-256 that is used repeatedly gets
 * a {@link P256Verifier}. Thread-safe.
 */
final class EcdsaVerifier {

    private static final List<X9ECParameters> CURVES = List.of(
            CustomNamedCurves.getByName("P-256"),
            CustomNamedCurves.getByName("P-384"),
            CustomNamedCurves.getByName("P-521"));

    /** The maximum number of cached keys. A program that verifies with ever more keys does not keep them all. */
    private static final int MAX_KEYS = 64;

    private final Map<PublicKey, Key> keys = new ConcurrentHashMap<>();

    /** Returns whether the signature, in DER, is valid; empty for a key on another curve. */
    Optional<Boolean> verify(PublicKey key, Digest digest, byte[] signature) {
        return cached(key).map(cached -> verify(cached, digest, signature));
    }

    private static boolean verify(Key key, Digest digest, byte[] bytes) {
        EcdsaSignature signature;
        try {
            signature = EcdsaSignature.ofDer(bytes);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return key.verify(digest.bytes(), signature);
    }

    private Optional<Key> cached(PublicKey key) {
        Key cached = keys.get(key);
        if (cached != null) {
            return Optional.of(cached);
        }
        if (!(key instanceof ECPublicKey ecKey)) {
            return Optional.empty();
        }
        Optional<Key> created = CURVES.stream()
                .filter(curve -> isOn(curve, ecKey.getParams()))
                .findFirst()
                .map(curve -> publicKey(curve, ecKey.getW()))
                .map(Key::new);
        created.ifPresent(newKey -> {
            if (keys.size() >= MAX_KEYS) {
                keys.clear();
            }
            keys.put(key, newKey);
        });
        return created;
    }

    /**
     * Returns whether a key is on the curve. The order alone would not exclude another curve with the same number of
     * points.
     */
    private static boolean isOn(X9ECParameters curve, ECParameterSpec parameters) {
        return curve.getN().equals(parameters.getOrder())
                && curve.getCurve()
                        .getA()
                        .toBigInteger()
                        .equals(parameters.getCurve().getA())
                && curve.getCurve()
                        .getB()
                        .toBigInteger()
                        .equals(parameters.getCurve().getB())
                && curve.getG()
                        .getAffineXCoord()
                        .toBigInteger()
                        .equals(parameters.getGenerator().getAffineX())
                && curve.getG()
                        .getAffineYCoord()
                        .toBigInteger()
                        .equals(parameters.getGenerator().getAffineY());
    }

    private static ECPublicKeyParameters publicKey(X9ECParameters curve, ECPoint point) {
        return new ECPublicKeyParameters(
                curve.getCurve().createPoint(point.getAffineX(), point.getAffineY()), new ECDomainParameters(curve));
    }

    /** A public key with the values that are computed from it once. Thread-safe. */
    private static final class Key {

        /** Tables take the time of some ten verifications without tables. */
        private static final int VERIFICATIONS_BEFORE_TABLES = 10;

        private final ECPublicKeyParameters parameters;
        private final AtomicInteger verifications = new AtomicInteger();
        private volatile @Nullable P256Verifier tables;

        Key(ECPublicKeyParameters parameters) {
            this.parameters = parameters;
        }

        boolean verify(byte[] digest, EcdsaSignature signature) {
            P256Verifier verifier = tables;
            if (verifier != null) {
                return verifier.verify(digest, signature.r(), signature.s());
            }
            if (parameters.getQ().getCurve() instanceof SecP256R1Curve
                    && verifications.incrementAndGet() == VERIFICATIONS_BEFORE_TABLES) {
                tables = new P256Verifier(parameters.getQ());
            }
            ECDSASigner signer = new ECDSASigner();
            signer.init(false, parameters);
            return signer.verifySignature(digest, signature.r(), signature.s());
        }
    }
}
