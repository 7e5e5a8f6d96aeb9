package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * What C_GenerateKeyPair made.
 *
 * @param publicKey the handle of the public key object
 * @param privateKey the handle of the private key object
 */
public record KeyPairHandles(long publicKey, long privateKey) {}
