package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether requests for certificates need a signing token. Document Engine sends {@code get_certificates} without one.
 * Immutable.
 *
 * @param withoutToken whether a request without a signing token gets certificates under policies over signing tokens
 * @param key the name of the key whose certificates such a request gets; empty if the policies choose no key or always
 *     the same one
 */
public record CertificateAccess(boolean withoutToken, Optional<String> key) {

    /**
     * Checks that the settings fit together.
     *
     * @param withoutToken whether a request without a signing token gets certificates under policies over signing
     *     tokens
     * @param key the name of the key whose certificates such a request gets
     * @throws InvalidConfigurationException if there is a key and requests without a signing token get no certificates
     */
    public CertificateAccess {
        Objects.requireNonNull(key, "key");
        if (!withoutToken && key.isPresent()) {
            throw new InvalidConfigurationException("The key \"" + key.get()
                    + "\" is for requests without a signing token, but such requests get no certificates.");
        }
    }

    /**
     * Returns the default: certificates without a signing token, and no key named.
     *
     * @return the settings
     */
    public static CertificateAccess open() {
        return new CertificateAccess(true, Optional.empty());
    }
}
