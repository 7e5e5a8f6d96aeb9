package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Which keys are good enough: RSA of 2048 to 8192 bits, the NIST curves P-256, P-384 and P-521, and Ed25519. */
final class KeyRequirements {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    private KeyRequirements() {}

    static void check(PublicKey key) {
        if (key instanceof RSAPublicKey rsaKey) {
            int bits = rsaKey.getModulus().bitLength();
            if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
                throw new InvalidConfigurationException("An RSA key of " + MIN_RSA_BITS + " to " + MAX_RSA_BITS
                        + " bits is needed; this one has " + bits + ".");
            }
            return;
        }
        Optional<String> otherCurve = SubjectPublicKeys.otherCurve(key);
        boolean ec = key.getAlgorithm().equals("EC");
        boolean ed25519 = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getAlgorithm()
                .equals(EdECObjectIdentifiers.id_Ed25519);
        if (otherCurve.isPresent() || !ec && !ed25519) {
            throw new InvalidConfigurationException(
                    "A key of type RSA, EC on P-256, P-384 or P-521, or Ed25519 is needed;"
                            + " this one is of type " + key.getAlgorithm()
                            + otherCurve.map(curve -> " on " + curve).orElse("") + ".");
        }
    }
}
