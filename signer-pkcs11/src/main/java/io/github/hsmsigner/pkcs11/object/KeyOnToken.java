package io.github.hsmsigner.pkcs11.object;

import java.security.PublicKey;
import java.util.Optional;

/**
 * A private key on a token with its public half.
 *
 * @param object the private key object
 * @param publicKey its public half; empty where the token does not show it
 */
public record KeyOnToken(PrivateKeyObject object, Optional<PublicKey> publicKey) {

    /** Label, id, type and size. */
    @Override
    public String toString() {
        return publicKey
                .map(key -> object.name() + " (" + PublicKeys.describe(key) + ")")
                .orElseGet(object::toString);
    }
}
