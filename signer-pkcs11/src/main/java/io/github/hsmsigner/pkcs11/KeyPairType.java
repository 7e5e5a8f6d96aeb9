package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.internal.object.KeyPairTemplate;
import java.util.function.BiFunction;

/**
 * The key pairs that can be generated on a token.
 */
public enum KeyPairType {
    /** RSA with a modulus of 2048 bits and the public exponent 65537. */
    RSA_2048((label, id) -> KeyPairTemplate.rsa(2048, label, id)),
    /** RSA with a modulus of 3072 bits and the public exponent 65537. */
    RSA_3072((label, id) -> KeyPairTemplate.rsa(3072, label, id)),
    /** RSA with a modulus of 4096 bits and the public exponent 65537. */
    RSA_4096((label, id) -> KeyPairTemplate.rsa(4096, label, id)),
    /** EC on P-256 (FIPS 186-5; secp256r1). */
    P_256((label, id) -> KeyPairTemplate.ec(256, label, id)),
    /** EC on P-384 (FIPS 186-5; secp384r1). */
    P_384((label, id) -> KeyPairTemplate.ec(384, label, id)),
    /** EC on P-521 (FIPS 186-5; secp521r1). */
    P_521((label, id) -> KeyPairTemplate.ec(521, label, id)),
    /** Ed25519 (RFC 8032). */
    ED25519(KeyPairTemplate::ed25519);

    private final BiFunction<String, byte[], KeyPairTemplate> template;

    KeyPairType(BiFunction<String, byte[], KeyPairTemplate> template) {
        this.template = template;
    }

    KeyPairTemplate template(String label, byte[] id) {
        return template.apply(label, id);
    }
}
