package io.github.hsmsigner.pkcs11.internal.object;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The result of reading an attribute: its value, the knowledge that it does not exist, or only an error. An error does
 * not mean that the attribute does not exist: a throttled token returns errors for existing attributes.
 *
 * @param value the value; empty if there is none or it is not known
 * @param unknown whether it could not be read
 * @param <T> the Java type of the value
 */
public record AttributeReading<T>(Optional<T> value, boolean unknown) {

    /**
     * Checks that what is unknown has no value.
     *
     * @param value the value; empty where there is none or it is not known
     * @param unknown whether it could not be read
     */
    public AttributeReading {
        Objects.requireNonNull(value, "value");
        if (unknown && value.isPresent()) {
            throw new IllegalArgumentException("An attribute that could not be read has no value");
        }
    }

    static <T> AttributeReading<T> of(Optional<T> value) {
        return new AttributeReading<>(value, false);
    }

    static <T> AttributeReading<T> unreadable() {
        return new AttributeReading<>(Optional.empty(), true);
    }

    /** Values that do not fit count as none. */
    AttributeReading<T> filter(Predicate<T> fits) {
        return new AttributeReading<>(value.filter(fits), unknown);
    }

    <U> AttributeReading<U> map(Function<T, U> conversion) {
        return new AttributeReading<>(value.map(conversion), unknown);
    }

    @Override
    public String toString() {
        return unknown ? "unreadable" : value.map(Object::toString).orElse("none");
    }
}
