package io.github.hsmsigner.pkcs11.description;

import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.util.List;
import java.util.Objects;

/**
 * The description of a token for operators. Immutable.
 *
 * @param module the module of the token
 * @param slots the slots of the module, including those with other tokens
 * @param health the health of the token
 * @param mechanisms the mechanisms that keys can sign with, by their names in the standard
 * @param keys the private keys that may sign
 * @param certificates the certificates
 * @param problems the faults, each with its remedy; empty if there are none
 */
public record TokenDescription(
        ModuleDescription module,
        List<SlotDescription> slots,
        TokenHealth health,
        List<String> mechanisms,
        List<KeyDescription> keys,
        List<CertificateDescription> certificates,
        List<String> problems) {

    /**
     * Copies the lists.
     *
     * @param module the module of the token
     * @param slots the slots of the module
     * @param health the health of the token
     * @param mechanisms the mechanisms that keys can sign with
     * @param keys the private keys that may sign
     * @param certificates the certificates
     * @param problems the faults
     */
    public TokenDescription {
        Objects.requireNonNull(module, "module");
        slots = List.copyOf(slots);
        Objects.requireNonNull(health, "health");
        mechanisms = List.copyOf(mechanisms);
        keys = List.copyOf(keys);
        certificates = List.copyOf(certificates);
        problems = List.copyOf(problems);
    }

    /**
     * Returns the whole description as text.
     *
     * @return lines for people, without a line end after the last
     */
    public String text() {
        StringBuilder text = new StringBuilder("Module: ").append(module);
        section(text, "Slots", slots);
        text.append("\nHealth: ").append(health);
        section(text, "Mechanisms to sign with", mechanisms);
        section(text, "Private keys that may sign", keys);
        section(text, "Certificates", certificates);
        section(text, "Problems", problems);
        return text.toString();
    }

    private static void section(StringBuilder text, String title, List<?> lines) {
        text.append('\n').append(title).append(':');
        if (lines.isEmpty()) {
            text.append(" none");
        }
        lines.forEach(line -> text.append("\n  ").append(line));
    }

    @Override
    public String toString() {
        return text();
    }
}
