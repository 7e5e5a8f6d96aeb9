package io.github.hsmsigner.pkcs11;

import java.util.Objects;

/** A PIN that was handed over as a value. */
final class FixedPin implements PinSource {

    private final char[] pin;
    private final String description;

    FixedPin(char[] pin, String description) {
        this.pin = pin.clone();
        this.description = Objects.requireNonNull(description, "description");
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public char[] pin() {
        return pin.clone();
    }

    @Override
    public String toString() {
        return "PinSource[hidden]";
    }
}
