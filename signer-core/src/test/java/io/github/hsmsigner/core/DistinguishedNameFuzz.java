package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * Fuzz target: every name that Java reads from DER can be printed; a text is parsed as a name, or refused with an exception that says
 * where. A name is printed in printable ASCII, and as a text that gives an equal name: to this class, and to Java's parser where that
 * knows the keywords and there are no escapes. (Java loses a blank before an
 * escape, and reads uid as UID.)
 */
public final class DistinguishedNameFuzz {

    private DistinguishedNameFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        ofDer(bytes).map(DistinguishedName::of).ifPresent(DistinguishedNameFuzz::check);
        try {
            DistinguishedName name = DistinguishedName.parse(new String(bytes, StandardCharsets.UTF_8));
            check(name);
            assertEqual(DistinguishedName.of(name.principal()), name);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("At character ");
        }
    }

    private static void check(DistinguishedName name) {
        String printed = name.toString();
        assertThat(printed).matches("[ -~]*");
        if (printed.isEmpty()) {
            return;
        }
        DistinguishedName parsed = DistinguishedName.parse(printed);
        assertEqual(parsed, name);
        assertThat(parsed).hasToString(printed);
        if (printed.indexOf('\\') < 0 && !printed.contains("uid=")) {
            ofText(printed).ifPresent(principal -> assertEqual(DistinguishedName.of(principal), name));
        }
    }

    private static void assertEqual(DistinguishedName actual, DistinguishedName expected) {
        assertThat(actual).isEqualTo(expected).hasSameHashCodeAs(expected);
        assertThat(expected).isEqualTo(actual);
    }

    private static Optional<X500Principal> ofDer(byte[] bytes) {
        try {
            return Optional.of(new X500Principal(bytes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<X500Principal> ofText(String text) {
        try {
            return Optional.of(new X500Principal(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
