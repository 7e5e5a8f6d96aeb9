package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * An attribute with a value, as a part of a template.
 *
 * @param type the attribute
 * @param value its value
 * @param <T> the Java type of the value
 */
public record AttributeValue<T>(AttributeType<T> type, T value) {}
