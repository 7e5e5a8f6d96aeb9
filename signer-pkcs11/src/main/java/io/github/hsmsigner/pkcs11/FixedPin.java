package io.github.hsmsigner.pkcs11;

/** A PIN that was handed over as a value. */
final class FixedPin implements PinSource {

    private final char[] pin;

    FixedPin(char[] pin) {
        this.pin = pin.clone();
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
