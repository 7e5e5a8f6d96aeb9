package io.github.hsmsigner.core;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * Checks ECDSA signatures on P-256, P-384 and P-521 with BouncyCastle's implementations made for these curves. That of the JDK takes
 * several times as long, which would be most of a signature's time; {@code docs/explanation/performance.md} has the measurements. Thread-safe.
 */
final class EcdsaVerifier {

    private static final List<X9ECParameters> CURVES = List.of(
            CustomNamedCurves.getByName("P-256"),
            CustomNamedCurves.getByName("P-384"),
            CustomNamedCurves.getByName("P-521"));

    /** More keys than any service has; so that a program which verifies with ever new keys does not keep them all. */
    private static final int MAX_KEYS = 64;

    /** Has what is computed from a key once, which makes each verification more than twice as fast. */
    private final Map<PublicKey, ECPublicKeyParameters> keys = new ConcurrentHashMap<>();

    /** Returns whether the signature, in DER, is valid; empty for a key on another curve. */
    Optional<Boolean> verify(PublicKey key, Digest digest, byte[] signature) {
        return parameters(key).map(parameters -> verify(parameters, digest, signature));
    }

    private static boolean verify(ECPublicKeyParameters parameters, Digest digest, byte[] octets) {
        EcdsaSignature signature;
        try {
            signature = EcdsaSignature.ofDer(octets);
        } catch (IllegalArgumentException e) {
            return false;
        }
        ECDSASigner verifier = new ECDSASigner();
        verifier.init(false, parameters);
        return verifier.verifySignature(digest.bytes(), signature.r(), signature.s());
    }

    private Optional<ECPublicKeyParameters> parameters(PublicKey key) {
        ECPublicKeyParameters kept = keys.get(key);
        if (kept != null) {
            return Optional.of(kept);
        }
        if (!(key instanceof ECPublicKey ecKey)) {
            return Optional.empty();
        }
        Optional<ECPublicKeyParameters> made = CURVES.stream()
                .filter(curve -> isOn(curve, ecKey.getParams()))
                .findFirst()
                .map(curve -> publicKey(curve, ecKey.getW()));
        made.ifPresent(parameters -> {
            if (keys.size() >= MAX_KEYS) {
                keys.clear();
            }
            keys.put(key, parameters);
        });
        return made;
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
}
