package io.github.hsmsigner.pkcs11.description;

import java.util.Objects;
import java.util.Optional;

/**
 * A private key that may sign. Immutable.
 *
 * @param name its label and id
 * @param type its type and size, as far as the token shows them
 * @param publicHalfShown whether the token shows its public half
 * @param alwaysAuthenticate whether each signature needs a separate login
 * @param certificate the subject of the certificate on the token that belongs to it; empty if there is none, or several
 * @param plan how it signs, with all its algorithms; empty if it does not
 */
public record KeyDescription(
        String name,
        String type,
        boolean publicHalfShown,
        boolean alwaysAuthenticate,
        Optional<String> certificate,
        Optional<String> plan) {

    /**
     * Checks that nothing is missing.
     *
     * @param name its label and id
     * @param type its type and size, as far as the token shows them
     * @param publicHalfShown whether the token shows its public half
     * @param alwaysAuthenticate whether each signature needs a separate login
     * @param certificate the subject of its certificate
     * @param plan how it signs
     */
    public KeyDescription {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(plan, "plan");
    }

    @Override
    public String toString() {
        return name + " (" + type + ")" + (alwaysAuthenticate ? ", with a login for each signature" : "")
                + "; certificate on the token: "
                + certificate.map(subject -> "\"" + subject + "\"").orElse("none")
                + "; signs: " + plan.orElse("not");
    }
}
