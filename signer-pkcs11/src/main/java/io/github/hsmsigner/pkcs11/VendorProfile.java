package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The particular rules for the HSMs of a vendor, beyond the standard. Immutable.
 *
 * <p>Found from C_GetInfo of the module, or set. Each rule names its source.
 */
public final class VendorProfile {

    private static final VendorProfile GENERIC = new Rules("generic").build();

    private static final VendorProfile CLOUD_HSM = new Rules("AWS CloudHSM")
            .maxSessions(1024)
            .noContextSpecificLogin()
            .maxEddsaMessage(16_000)
            .build();

    private static final VendorProfile SOFT_HSM = new Rules("SoftHSM").build();

    private final String name;
    private final OptionalInt maxSessions;
    private final boolean contextSpecificLogin;
    private final OptionalInt maxEddsaMessage;

    private VendorProfile(Rules rules) {
        this.name = rules.name;
        this.maxSessions = rules.maxSessions;
        this.contextSpecificLogin = rules.contextSpecificLogin;
        this.maxEddsaMessage = rules.maxEddsaMessage;
    }

    /**
     * Returns the profile with only the rules of the standard.
     *
     * @return the profile
     */
    public static VendorProfile generic() {
        return GENERIC;
    }

    /**
     * Returns the profile of AWS CloudHSM with Client SDK 5, according to its user guide.
     *
     * @return the profile
     */
    public static VendorProfile cloudHsm() {
        return CLOUD_HSM;
    }

    /**
     * Returns the profile of SoftHSM 2, tested with version 2.6.1 as Debian packages it. SoftHSM needs no special rule.
     * It sets no limit to sessions, requires the context-specific login that the standard describes, and shows all
     * attributes of public keys.
     *
     * @return the profile
     */
    public static VendorProfile softHsm() {
        return SOFT_HSM;
    }

    /**
     * Finds the profile by the result of C_GetInfo, and by the name of the file that AWS gives its module (user guide,
     * PKCS#11 library, installation). A module that only passes calls on to another one, such as p11-kit's, reports its
     * own name. The operator must then set the profile.
     *
     * @param info the result of C_GetInfo
     * @param module the module's shared library
     * @return the profile; the generic one for makers that need no other
     */
    static VendorProfile of(ModuleInfo info, Path module) {
        String text =
                (info.manufacturer() + " " + info.description() + " " + module.getFileName()).toLowerCase(Locale.ROOT);
        if (text.contains("cloudhsm")) {
            return CLOUD_HSM;
        }
        return text.contains("softhsm") ? SOFT_HSM : GENERIC;
    }

    /**
     * Returns how many sessions an application may have open, regardless of C_GetTokenInfo. CloudHSM: 1,024 (user
     * guide, PKCS#11 library, quotas of the client SDK).
     *
     * @return the number; empty if only C_GetTokenInfo counts
     */
    OptionalInt maxSessions() {
        return maxSessions;
    }

    /**
     * Returns whether a key marked CKA_ALWAYS_AUTHENTICATE gets a login for each signature (PKCS#11 2.40, section 4.9).
     * CloudHSM: no. It has no such keys, and one wrong PIN of five there locks the user (user guide, PKCS#11 library,
     * supported attributes).
     *
     * @return {@code true} if the attribute counts
     */
    boolean contextSpecificLogin() {
        return contextSpecificLogin;
    }

    /**
     * Returns the maximum number of bytes in a message for CKM_EDDSA. CloudHSM: 16,000 (user guide, PKCS#11 library,
     * supported mechanisms).
     *
     * @return the number; empty if there is no limit
     */
    OptionalInt maxEddsaMessage() {
        return maxEddsaMessage;
    }

    @Override
    public String toString() {
        return name;
    }

    private static final class Rules {

        private final String name;
        private OptionalInt maxSessions = OptionalInt.empty();
        private boolean contextSpecificLogin = true;
        private OptionalInt maxEddsaMessage = OptionalInt.empty();

        Rules(String name) {
            this.name = name;
        }

        Rules maxSessions(int max) {
            maxSessions = OptionalInt.of(max);
            return this;
        }

        Rules noContextSpecificLogin() {
            contextSpecificLogin = false;
            return this;
        }

        Rules maxEddsaMessage(int octets) {
            maxEddsaMessage = OptionalInt.of(octets);
            return this;
        }

        VendorProfile build() {
            return new VendorProfile(this);
        }
    }
}
