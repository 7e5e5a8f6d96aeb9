package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.object.KeyLookup;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/**
 * Says which private key of a token is meant. Immutable.
 */
public final class KeySelector {

    private static final KeySelector ANY = new KeySelector(Optional.empty(), Optional.empty());

    private final Optional<String> label;
    private final Optional<String> id;

    private KeySelector(Optional<String> label, Optional<String> id) {
        this.label = label;
        this.id = id;
    }

    /**
     * The only key that there is.
     *
     * @return a selector without conditions
     */
    public static KeySelector any() {
        return ANY;
    }

    /**
     * The key of that label.
     *
     * @param label its CKA_LABEL
     * @return the selector
     */
    public static KeySelector byLabel(String label) {
        return of(Optional.of(label), Optional.empty());
    }

    /**
     * The key of that id.
     *
     * @param id its CKA_ID; copied
     * @return the selector
     */
    public static KeySelector byId(byte[] id) {
        return of(Optional.empty(), Optional.of(id));
    }

    /**
     * The key that meets all given conditions.
     *
     * @param label its CKA_LABEL; empty for any
     * @param id its CKA_ID; empty for any; copied
     * @return the selector
     */
    public static KeySelector of(Optional<String> label, Optional<byte[]> id) {
        Objects.requireNonNull(label, "label");
        return new KeySelector(label, id.map(HexFormat.of()::formatHex));
    }

    /** How the key is found on a token. */
    KeyLookup lookup() {
        return new KeyLookup(label, id.map(HexFormat.of()::parseHex), toString());
    }

    @Override
    public String toString() {
        if (label.isEmpty() && id.isEmpty()) {
            return "any key";
        }
        return "the key"
                + label.map(l -> " with label \"" + l + "\"").orElse("")
                + (label.isPresent() && id.isPresent() ? " and" : "")
                + id.map(i -> " with id " + i).orElse("");
    }
}
