package io.github.hsmsigner.pkcs11.description;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.util.Objects;
import java.util.Optional;

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
public record SlotDescription(
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
    public SlotDescription {
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
    public static SlotDescription unreadable(long slotId, String problem) {
        return new SlotDescription(slotId, "", "", "", false, false, Optional.of(problem));
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
