package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.internal.object.KeyLookup;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says which private key of a token is meant. Immutable.
 */
public final class KeySelector {

    private static final KeySelector ANY = new KeySelector(Optional.empty(), Optional.empty(), TokenSelector.any());

    private final Optional<String> label;
    private final Optional<String> id;
    private final TokenSelector token;

    private KeySelector(Optional<String> label, Optional<String> id, TokenSelector token) {
        this.label = label;
        this.id = id;
        this.token = token;
    }

    /**
     * Selects the only key.
     *
     * @return a selector without conditions
     */
    public static KeySelector any() {
        return ANY;
    }

    /**
     * Selects the key with a label.
     *
     * @param label its CKA_LABEL
     * @return the selector
     */
    public static KeySelector byLabel(String label) {
        return of(Objects.requireNonNull(label, "label"), null);
    }

    /**
     * Selects the key with an id.
     *
     * @param id its CKA_ID; copied
     * @return the selector
     */
    public static KeySelector byId(byte[] id) {
        return of(null, Objects.requireNonNull(id, "id"));
    }

    /**
     * Selects the key that meets all given conditions.
     *
     * @param label its CKA_LABEL; {@code null} for any
     * @param id its CKA_ID; {@code null} for any; copied
     * @return the selector
     */
    public static KeySelector of(@Nullable String label, byte @Nullable [] id) {
        return new KeySelector(
                Optional.ofNullable(label),
                Optional.ofNullable(id).map(HexFormat.of()::formatHex),
                TokenSelector.any());
    }

    /**
     * Selects the key that a URI names. If the URI names a token, the key is found only on that token.
     *
     * @param uri the URI
     * @return the selector
     * @throws InvalidConfigurationException if the URI means an object that is not a private key
     */
    public static KeySelector of(Pkcs11Uri uri) {
        uri.type().filter(type -> !type.equals("private")).ifPresent(type -> {
            throw new InvalidConfigurationException(
                    "The PKCS#11 URI of a signing key must say type=private, or nothing of the type, and not type="
                            + type + ".");
        });
        return new KeySelector(uri.object(), uri.id().map(HexFormat.of()::formatHex), TokenSelector.of(uri));
    }

    /** Returns the selector of the token that has the key. */
    TokenSelector token() {
        return token;
    }

    /** Returns the lookup of the key on its token. */
    KeyLookup lookup() {
        return new KeyLookup(label, id.map(HexFormat.of()::parseHex), toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeySelector that
                && label.equals(that.label)
                && id.equals(that.id)
                && token.equals(that.token);
    }

    @Override
    public int hashCode() {
        return Objects.hash(label, id, token);
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
