package io.github.hsmsigner.pkcs11.description;

import io.github.hsmsigner.core.fetch.PeerText;
import java.util.Objects;

/**
 * A slot with the token in it. Immutable.
 *
 * @param slotId the slot's id, an unsigned number
 * @param label the token's label
 * @param serialNumber its serial number
 * @param model its model
 * @param initialized whether it is ready for use
 * @param open whether it is the one that is described
 */
public record SlotDescription(
        long slotId, String label, String serialNumber, String model, boolean initialized, boolean open) {

    /**
     * Checks that nothing is missing.
     *
     * @param slotId the slot's id, an unsigned number
     * @param label the token's label
     * @param serialNumber its serial number
     * @param model its model
     * @param initialized whether it is ready for use
     * @param open whether it is the one that is described
     */
    public SlotDescription {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(serialNumber, "serialNumber");
        Objects.requireNonNull(model, "model");
    }

    @Override
    public String toString() {
        return "slot " + Long.toUnsignedString(slotId) + ": "
                + (initialized
                        ? PeerText.escaped("token \"" + label + "\", serial " + serialNumber + ", " + model)
                        : "token that is not initialised")
                + (open ? " (this one)" : "");
    }
}
