package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * The result of C_GenerateKeyPair.
 *
 * @param publicKey the handle of the public key object
 * @param privateKey the handle of the private key object
 */
public record KeyPairHandles(long publicKey, long privateKey) {}
