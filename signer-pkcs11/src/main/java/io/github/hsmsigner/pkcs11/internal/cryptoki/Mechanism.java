package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Optional;

/**
 * CK_MECHANISM: a mechanism with its parameters.
 *
 * @param type the mechanism
 * @param parameters its parameters; empty where it takes none
 */
public record Mechanism(MechanismType type, Optional<PssParameters> parameters) {

    /**
     * Returns a mechanism that takes no parameters.
     *
     * @param type the mechanism
     * @return the pair
     */
    public static Mechanism of(MechanismType type) {
        return new Mechanism(type, Optional.empty());
    }

    /**
     * Returns a mechanism of RSASSA-PSS.
     *
     * @param type the mechanism
     * @param parameters hash and salt
     * @return the pair
     */
    public static Mechanism of(MechanismType type, PssParameters parameters) {
        return new Mechanism(type, Optional.of(parameters));
    }

    @Override
    public String toString() {
        return type + parameters.map(p -> " (" + p + ")").orElse("");
    }
}
