package io.github.hsmsigner.pkcs11.object;

import io.github.hsmsigner.pkcs11.cryptoki.ObjectClass;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A private key on a token: where it is and what it is called, not what it is.
 *
 * @param handle its handle, valid while the module stays initialised
 * @param label its CKA_LABEL; empty where it has none
 * @param id its CKA_ID in hexadecimal; empty where it has none
 * @param keyType its CKK code; empty where it cannot be read
 */
public record PrivateKeyObject(long handle, Optional<String> label, Optional<String> id, Optional<Long> keyType) {

    /**
     * Whether it is an RSA key.
     *
     * @return {@code true} for CKK_RSA
     */
    public boolean isRsa() {
        return keyType.isPresent() && keyType.get() == ObjectClass.RSA_KEY;
    }

    /**
     * Its CKA_ID.
     *
     * @return the octets; empty where it has none
     */
    public Optional<byte[]> idOctets() {
        return id.map(HexFormat.of()::parseHex);
    }

    @Override
    public String toString() {
        return "label " + label.map(l -> "\"" + l + "\"").orElse("none") + " id " + id.orElse("none")
                + (isRsa()
                        ? " (RSA)"
                        : keyType.map(t -> " (key type " + t + ")").orElse(""));
    }
}
