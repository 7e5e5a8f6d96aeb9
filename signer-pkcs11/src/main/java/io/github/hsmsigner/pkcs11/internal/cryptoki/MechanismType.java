package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Arrays;
import java.util.Optional;

/**
 * The mechanisms that this library signs and generates keys with (PKCS#11 2.40 and 3.0, Current Mechanisms Specification).
 */
public enum MechanismType {
    /** CKM_RSA_PKCS_KEY_PAIR_GEN. */
    RSA_PKCS_KEY_PAIR_GEN(0x0000L, false),
    /** CKM_RSA_PKCS: pads what it is given, a DigestInfo here, and signs it. */
    RSA_PKCS(0x0001L, true),
    /** CKM_RSA_PKCS_PSS: pads a digest and signs it. */
    RSA_PKCS_PSS(0x000DL, true),
    /** CKM_SHA256_RSA_PKCS: hashes the message too. */
    SHA256_RSA_PKCS(0x0040L, true),
    /** CKM_SHA384_RSA_PKCS: hashes the message too. */
    SHA384_RSA_PKCS(0x0041L, true),
    /** CKM_SHA512_RSA_PKCS: hashes the message too. */
    SHA512_RSA_PKCS(0x0042L, true),
    /** CKM_SHA256_RSA_PKCS_PSS: hashes the message too. */
    SHA256_RSA_PKCS_PSS(0x0043L, true),
    /** CKM_SHA384_RSA_PKCS_PSS: hashes the message too. */
    SHA384_RSA_PKCS_PSS(0x0044L, true),
    /** CKM_SHA512_RSA_PKCS_PSS: hashes the message too. */
    SHA512_RSA_PKCS_PSS(0x0045L, true),
    /** CKM_SHA256, as the parameter of others. */
    SHA256(0x0250L, false),
    /** CKM_SHA384, as the parameter of others. */
    SHA384(0x0260L, false),
    /** CKM_SHA512, as the parameter of others. */
    SHA512(0x0270L, false),
    /** CKM_EC_KEY_PAIR_GEN. */
    EC_KEY_PAIR_GEN(0x1040L, false),
    /** CKM_ECDSA: signs a digest. */
    ECDSA(0x1041L, true),
    /** CKM_ECDSA_SHA256: hashes the message too. */
    ECDSA_SHA256(0x1044L, true),
    /** CKM_ECDSA_SHA384: hashes the message too. */
    ECDSA_SHA384(0x1045L, true),
    /** CKM_ECDSA_SHA512: hashes the message too. */
    ECDSA_SHA512(0x1046L, true),
    /** CKM_EC_EDWARDS_KEY_PAIR_GEN (PKCS#11 3.0). */
    EC_EDWARDS_KEY_PAIR_GEN(0x1055L, false),
    /** CKM_EDDSA (PKCS#11 3.0): without parameters and with an Ed25519 key, the Ed25519 of RFC 8032. */
    EDDSA(0x1057L, true);

    private final long code;
    private final boolean signs;

    MechanismType(long code, boolean signs) {
        this.code = code;
        this.signs = signs;
    }

    /**
     * Finds the mechanism of a code.
     *
     * @param code a CKM code
     * @return the mechanism; empty for mechanisms that this library does not use
     */
    public static Optional<MechanismType> ofCode(long code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    /** {@return the number of the mechanism} */
    public long code() {
        return code;
    }

    /** {@return whether C_SignInit accepts the mechanism} */
    public boolean signs() {
        return signs;
    }

    @Override
    public String toString() {
        return "CKM_" + name();
    }
}
