package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.util.Objects;

/** A PIN in a variable of the environment, where Java keeps it as a String for good. */
final class EnvironmentPin implements PinSource {

    private final String variable;

    EnvironmentPin(String variable) {
        this.variable = Objects.requireNonNull(variable, "variable");
    }

    @Override
    public char[] pin() {
        String source = description();
        String value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            throw PinText.missing(source + " is not set", null);
        }
        try {
            return PinText.require(SecretText.of(value), source);
        } catch (MalformedSecretException e) {
            throw PinText.malformed(source, e);
        }
    }

    @Override
    public String description() {
        return "the environment variable " + variable;
    }

    @Override
    public String toString() {
        return "PinSource[environment variable " + variable + "]";
    }
}
