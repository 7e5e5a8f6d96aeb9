package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The mechanisms that a key allows: its CKA_ALLOWED_MECHANISMS (PKCS#11 2.40, section 4.8). Immutable.
 *
 * @param codes the CKM codes; empty if the key allows every mechanism of its token
 */
public record AllowedMechanisms(List<Long> codes) {

    /**
     * Copies the list.
     *
     * @param codes the CKM codes; empty if the key allows every mechanism of its token
     */
    public AllowedMechanisms {
        codes = List.copyOf(codes);
    }

    /**
     * Returns the value of keys without a restriction.
     *
     * @return the value that includes every mechanism
     */
    public static AllowedMechanisms all() {
        return new AllowedMechanisms(List.of());
    }

    /** An attribute that is absent, empty or unreadable restricts nothing: then the token's list counts. */
    static AllowedMechanisms of(AttributeReading<long[]> reading) {
        return reading.value()
                .map(codes -> new AllowedMechanisms(Arrays.stream(codes).boxed().toList()))
                .orElseGet(AllowedMechanisms::all);
    }

    /**
     * Returns whether the key allows a mechanism.
     *
     * @param type the mechanism
     * @return {@code true} if it does
     */
    public boolean includes(MechanismType type) {
        return codes.isEmpty() || codes.contains(type.code());
    }

    /** Returns the names of the mechanisms, or their numbers where this library does not use them. */
    @Override
    public String toString() {
        return codes.isEmpty()
                ? "all mechanisms"
                : codes.stream()
                        .map(code -> MechanismType.ofCode(code)
                                .map(MechanismType::toString)
                                .orElseGet(() -> String.format("0x%03X", code)))
                        .collect(Collectors.joining(", "));
    }
}
