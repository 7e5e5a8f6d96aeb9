package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Objects;

/**
 * CK_RSA_PKCS_PSS_PARAMS (PKCS#11 2.40, Current Mechanisms Specification, section 2.1.9).
 *
 * @param hash the mechanism that hashes the message: CKM_SHA256, CKM_SHA384 or CKM_SHA512; MGF1 uses the same
 * @param saltLength the length of the salt in bytes
 */
public record PssParameters(MechanismType hash, int saltLength) {

    /**
     * Checks that the mechanism is one that hashes.
     *
     * @param hash the mechanism that hashes the message: CKM_SHA256, CKM_SHA384 or CKM_SHA512; MGF1 uses the same
     * @param saltLength the length of the salt in bytes
     * @throws IllegalArgumentException if the mechanism is another, or the length is negative
     */
    public PssParameters {
        Objects.requireNonNull(hash, "hash");
        mgf(hash);
        if (saltLength < 0) {
            throw new IllegalArgumentException("A salt cannot have " + saltLength + " bytes");
        }
    }

    /**
     * Returns the mask generation function.
     *
     * @return the CKG code of MGF1 with the same hash
     */
    public long mgf() {
        return mgf(hash);
    }

    private static long mgf(MechanismType hash) {
        return switch (hash) {
            case SHA256 -> 2;
            case SHA384 -> 3;
            case SHA512 -> 4;
            default -> throw new IllegalArgumentException(hash + " does not hash");
        };
    }

    @Override
    public String toString() {
        return hash + ", MGF1 with the same, salt of " + saltLength + " bytes";
    }
}
