package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A private key on a token: its handle and its names.
 *
 * @param handle its handle, valid while the module stays initialised
 * @param label its CKA_LABEL
 * @param id its CKA_ID in hexadecimal
 * @param keyType its CKK code
 * @param alwaysAuthenticate its CKA_ALWAYS_AUTHENTICATE: whether each signature needs a separate login
 * @param allowedMechanisms its CKA_ALLOWED_MECHANISMS
 */
public record PrivateKeyObject(
        long handle,
        AttributeReading<String> label,
        AttributeReading<String> id,
        AttributeReading<Long> keyType,
        boolean alwaysAuthenticate,
        AllowedMechanisms allowedMechanisms) {

    /**
     * Returns whether it may be a key of a type. If the token does not show its type, it may be of any type.
     *
     * @param type a CKK code
     * @return {@code false} if it is known to be of another type
     */
    boolean mayBe(long type) {
        return keyType.value().isEmpty() || keyType.value().get() == type;
    }

    /**
     * Returns its CKA_ID.
     *
     * @return the bytes; empty if it has none, or it cannot be read
     */
    Optional<byte[]> idBytes() {
        return id.value().map(HexFormat.of()::parseHex);
    }

    /**
     * Returns its names.
     *
     * @return label and id
     */
    public String name() {
        return "label " + label.map(l -> "\"" + PeerText.escaped(l) + "\"") + " id " + id;
    }

    /**
     * Returns its type, as far as the token shows it without its public half.
     *
     * @return the type in words
     */
    public String type() {
        return keyType.value().map(PrivateKeyObject::typeName).orElse("type not known");
    }

    /** Returns its names and, as far as the token shows it without its public half, its type. */
    @Override
    public String toString() {
        return name() + (keyType.value().isPresent() ? " (" + type() + ")" : "");
    }

    private static String typeName(long type) {
        if (type == ObjectClass.RSA_KEY) {
            return "RSA";
        }
        if (type == ObjectClass.EC_KEY) {
            return "EC";
        }
        return type == ObjectClass.EC_EDWARDS_KEY ? "EC Edwards" : "key type " + type;
    }
}
