package io.github.hsmsigner.pkcs11.internal.object;

import java.security.PublicKey;
import java.util.Optional;

/**
 * A private key on a token with its public half.
 *
 * @param object the private key object
 * @param publicKey its public half; empty where the token does not show it
 */
public record KeyOnToken(PrivateKeyObject object, Optional<PublicKey> publicKey) {

    /**
     * Returns whether the private key may be the other half of a public key, as far as their types show.
     *
     * @param other a public key
     * @return {@code false} if the private key is known to be of another type
     */
    public boolean mayBelongTo(PublicKey other) {
        return object.mayBe(PublicKeys.keyType(other));
    }

    /** Label, id, type and size. */
    @Override
    public String toString() {
        return publicKey
                .map(key -> object.name() + " (" + PublicKeys.describe(key) + ")")
                .orElseGet(object::toString);
    }
}
