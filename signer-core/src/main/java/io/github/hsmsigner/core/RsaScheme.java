package io.github.hsmsigner.core;

import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.crypto.params.RSAKeyParameters;

/** Common parts of the schemes of RSA. */
abstract class RsaScheme extends SignatureScheme {

    RsaScheme(String name) {
        super(name, "RSA", false, DigestAlgorithm.values());
    }

    @Override
    public int maxSignatureLength(PublicKey key) {
        return (((RSAPublicKey) key).getModulus().bitLength() + 7) / 8;
    }

    /**
     * Returns the parameters of a key without BouncyCastle's test of the modulus (small factors, rounds of Miller and
     * Rabin). The key has proven that it signs. The test would run before the JIT compiles it and would make each
     * startup longer.
     */
    static RSAKeyParameters parameters(PublicKey key) {
        RSAPublicKey rsaKey = (RSAPublicKey) key;
        return new RSAKeyParameters(false, rsaKey.getModulus(), rsaKey.getPublicExponent(), true);
    }
}
