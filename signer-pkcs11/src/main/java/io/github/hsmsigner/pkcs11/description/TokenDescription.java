package io.github.hsmsigner.pkcs11.description;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
        Module module,
        List<Slot> slots,
        TokenHealth health,
        List<String> mechanisms,
        List<Key> keys,
        List<Certificate> certificates,
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

    /**
     * A PKCS#11 module. Immutable.
     *
     * @param file its shared library
     * @param library its C_GetInfo: description, version, manufacturer
     * @param vendorProfile the vendor rules in use
     */
    public record Module(Path file, String library, String vendorProfile) {

        /**
         * Checks that nothing is missing.
         *
         * @param file its shared library
         * @param library its C_GetInfo: description, version, manufacturer
         * @param vendorProfile the vendor rules in use
         */
        public Module {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(library, "library");
            Objects.requireNonNull(vendorProfile, "vendorProfile");
        }

        @Override
        public String toString() {
            return file + ": " + library + "; vendor profile " + vendorProfile;
        }
    }

    /**
     * A slot with the token in it. Immutable.
     *
     * @param slotId the slot's id, an unsigned number
     * @param label the token's label
     * @param serialNumber its serial number
     * @param model its model
     * @param initialized whether it is ready for use
     * @param open whether it is the one that is described
     * @param problem why the slot cannot be read; empty if it can. The texts are empty then
     */
    public record Slot(
            long slotId,
            String label,
            String serialNumber,
            String model,
            boolean initialized,
            boolean open,
            Optional<String> problem) {

        /**
         * Checks that nothing is missing.
         *
         * @param slotId the slot's id, an unsigned number
         * @param label the token's label
         * @param serialNumber its serial number
         * @param model its model
         * @param initialized whether it is ready for use
         * @param open whether it is the one that is described
         * @param problem why the slot cannot be read
         */
        public Slot {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(serialNumber, "serialNumber");
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(problem, "problem");
        }

        /**
         * Describes a slot that cannot be read.
         *
         * @param slotId the slot's id, an unsigned number
         * @param problem why it cannot be read
         * @return the description
         */
        public static Slot unreadable(long slotId, String problem) {
            return new Slot(slotId, "", "", "", false, false, Optional.of(problem));
        }

        @Override
        public String toString() {
            if (problem.isPresent()) {
                return "slot " + Long.toUnsignedString(slotId) + ": unreadable (" + problem.get() + ")";
            }
            return "slot " + Long.toUnsignedString(slotId) + ": "
                    + (initialized
                            ? PeerText.escaped("token \"" + label + "\", serial " + serialNumber + ", " + model)
                            : "token that is not initialised")
                    + (open ? " (this one)" : "");
        }
    }

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
    public record Key(
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
        public Key {
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

    /**
     * An X.509 certificate on a token. Immutable.
     *
     * @param subject its subject (RFC 2253)
     * @param issuer its issuer (RFC 2253)
     * @param serialNumber its serial number
     * @param notBefore the beginning of its validity
     * @param notAfter the end of its validity
     */
    public record Certificate(
            String subject, String issuer, BigInteger serialNumber, Instant notBefore, Instant notAfter) {

        /**
         * Checks that nothing is missing.
         *
         * @param subject its subject (RFC 2253)
         * @param issuer its issuer (RFC 2253)
         * @param serialNumber its serial number
         * @param notBefore the beginning of its validity
         * @param notAfter the end of its validity
         */
        public Certificate {
            Objects.requireNonNull(subject, "subject");
            Objects.requireNonNull(issuer, "issuer");
            Objects.requireNonNull(serialNumber, "serialNumber");
            Objects.requireNonNull(notBefore, "notBefore");
            Objects.requireNonNull(notAfter, "notAfter");
        }

        @Override
        public String toString() {
            return "\"" + subject + "\", serial " + serialNumber.toString(16) + ", issued by \"" + issuer
                    + "\", valid from " + notBefore + " to " + notAfter;
        }
    }
}
