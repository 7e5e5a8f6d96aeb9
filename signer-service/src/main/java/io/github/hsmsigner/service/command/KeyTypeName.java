package io.github.hsmsigner.service.command;

import io.github.hsmsigner.pkcs11.KeyPairType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The kinds of key pair as they are written on the command line: {@code rsa-3072}, {@code p-256} and their like. */
final class KeyTypeName implements ITypeConverter<KeyPairType> {

    static String of(KeyPairType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public KeyPairType convert(String name) {
        return Arrays.stream(KeyPairType.values())
                .filter(type -> of(type).equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("must be one of "
                        + String.join(
                                ", ",
                                Arrays.stream(KeyPairType.values())
                                        .map(KeyTypeName::of)
                                        .toList())
                        + "."));
    }

    /** For the help and for shells. */
    static final class Names implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(KeyPairType.values()).map(KeyTypeName::of).iterator();
        }
    }
}
