package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.service.secret.SecretReference;
import java.util.Objects;

/**
 * A secret that makes whoever presents it a certain caller. Immutable.
 *
 * @param caller what logs call the caller; several secrets may have the same
 * @param secret the secret: at least 16 octets, compared with the signing token octet by octet
 */
public record SharedSecret(String caller, SecretReference secret) {

    /**
     * Checks the name.
     *
     * @param caller what logs call the caller; several secrets may have the same
     * @param secret the secret: at least 16 octets, compared with the signing token octet by octet
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the name of the caller is not printable or too long
     */
    public SharedSecret {
        CallerName.check(caller);
        Objects.requireNonNull(secret, "secret");
    }
}
