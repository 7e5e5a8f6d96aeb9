package io.github.hsmsigner.pkcs11.description;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A PKCS#11 module. Immutable.
 *
 * @param file its shared library
 * @param library its C_GetInfo: description, version, manufacturer
 * @param vendorProfile the vendor rules in use
 */
public record ModuleDescription(Path file, String library, String vendorProfile) {

    /**
     * Checks that nothing is missing.
     *
     * @param file its shared library
     * @param library its C_GetInfo: description, version, manufacturer
     * @param vendorProfile the vendor rules in use
     */
    public ModuleDescription {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(library, "library");
        Objects.requireNonNull(vendorProfile, "vendorProfile");
    }

    @Override
    public String toString() {
        return file + ": " + library + "; vendor profile " + vendorProfile;
    }
}
