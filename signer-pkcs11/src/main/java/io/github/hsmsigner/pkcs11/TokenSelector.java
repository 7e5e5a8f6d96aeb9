package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says which token of a module is meant. Immutable.
 */
public final class TokenSelector {

    private static final TokenSelector ANY = new TokenSelector(new EnumMap<>(Property.class));

    private final Map<Property, String> wanted;

    private TokenSelector(Map<Property, String> wanted) {
        this.wanted = Collections.unmodifiableMap(wanted);
    }

    /**
     * Selects the only token.
     *
     * @return a selector without conditions
     */
    public static TokenSelector any() {
        return ANY;
    }

    /**
     * Returns the selector of the token that a URI names. The parts of the URI about a key do not matter here.
     *
     * @param uri the URI
     * @return the selector
     */
    public static TokenSelector of(Pkcs11Uri uri) {
        return ANY.with(Property.LABEL, uri.token())
                .with(Property.SLOT_ID, uri.slotId().map(Long::toUnsignedString))
                .with(Property.SERIAL_NUMBER, uri.serial())
                .with(Property.MANUFACTURER, uri.manufacturer())
                .with(Property.MODEL, uri.model())
                .with(Property.SLOT_DESCRIPTION, uri.slotDescription())
                .with(Property.SLOT_MANUFACTURER, uri.slotManufacturer())
                .with(Property.LIBRARY_DESCRIPTION, uri.libraryDescription())
                .with(Property.LIBRARY_MANUFACTURER, uri.libraryManufacturer())
                .with(Property.LIBRARY_VERSION, uri.libraryVersion());
    }

    /**
     * Returns this selector, restricted to a label.
     *
     * @param label the label of the token
     * @return a further selector
     */
    public TokenSelector withLabel(String label) {
        return with(Property.LABEL, Optional.of(label));
    }

    /**
     * Returns this selector, restricted to a slot.
     *
     * @param slotId the slot id: an unsigned number of 64 bits, the upper half of which is negative in Java
     * @return a further selector
     */
    public TokenSelector withSlotId(long slotId) {
        return with(Property.SLOT_ID, Optional.of(Long.toUnsignedString(slotId)));
    }

    /**
     * Returns this selector, restricted to a serial number.
     *
     * @param serialNumber the serial number of the token
     * @return a further selector
     */
    public TokenSelector withSerialNumber(String serialNumber) {
        return with(Property.SERIAL_NUMBER, Optional.of(serialNumber));
    }

    private TokenSelector with(Property property, Optional<String> value) {
        Objects.requireNonNull(value, "value");
        Map<Property, String> more = new EnumMap<>(Property.class);
        more.putAll(wanted);
        value.ifPresent(v -> more.put(property, v));
        return new TokenSelector(more);
    }

    /** Returns whether a token matches. Calls the module only as far as the conditions need it. */
    boolean matches(Cryptoki cryptoki, TokenInfo token) throws CryptokiException {
        for (Map.Entry<Property, String> condition : wanted.entrySet()) {
            if (!condition.getValue().equals(condition.getKey().source.read(cryptoki, token))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenSelector that && wanted.equals(that.wanted);
    }

    @Override
    public int hashCode() {
        return wanted.hashCode();
    }

    @Override
    public String toString() {
        return wanted.isEmpty()
                ? "any token"
                : wanted.entrySet().stream()
                        .map(condition -> condition.getKey().text + " \"" + condition.getValue() + "\"")
                        .collect(Collectors.joining(" and ", "the token with ", ""));
    }

    private enum Property {
        LABEL("label", (cryptoki, token) -> token.label()),
        SLOT_ID("slot id", (cryptoki, token) -> Long.toUnsignedString(token.slotId())),
        SERIAL_NUMBER("serial number", (cryptoki, token) -> token.serialNumber()),
        MANUFACTURER("manufacturer", (cryptoki, token) -> token.manufacturer()),
        MODEL("model", (cryptoki, token) -> token.model()),
        SLOT_DESCRIPTION(
                "slot description",
                (cryptoki, token) -> cryptoki.slotInfo(token.slotId()).description()),
        SLOT_MANUFACTURER(
                "slot manufacturer",
                (cryptoki, token) -> cryptoki.slotInfo(token.slotId()).manufacturer()),
        LIBRARY_DESCRIPTION(
                "library description",
                (cryptoki, token) -> cryptoki.moduleInfo().description()),
        LIBRARY_MANUFACTURER(
                "library manufacturer",
                (cryptoki, token) -> cryptoki.moduleInfo().manufacturer()),
        LIBRARY_VERSION(
                "library version", (cryptoki, token) -> cryptoki.moduleInfo().version());

        private final String text;
        private final Source source;

        Property(String text, Source source) {
            this.text = text;
            this.source = source;
        }

        @FunctionalInterface
        private interface Source {
            String read(Cryptoki cryptoki, TokenInfo token) throws CryptokiException;
        }
    }
}
