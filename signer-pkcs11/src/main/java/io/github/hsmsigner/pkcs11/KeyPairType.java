package io.github.hsmsigner.pkcs11;

/**
 * The key pairs that can be generated on a token.
 */
public enum KeyPairType {
    /** RSA with a modulus of 2048 bits and the public exponent 65537. */
    RSA_2048,
    /** RSA with a modulus of 3072 bits and the public exponent 65537. */
    RSA_3072,
    /** RSA with a modulus of 4096 bits and the public exponent 65537. */
    RSA_4096,
    /** EC on P-256 (FIPS 186-5; secp256r1). */
    P_256,
    /** EC on P-384 (FIPS 186-5; secp384r1). */
    P_384,
    /** EC on P-521 (FIPS 186-5; secp521r1). */
    P_521,
    /** Ed25519 (RFC 8032). */
    ED25519
}
