package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.service.secret.SecretReference;
import java.util.Objects;

/**
 * A secret that identifies its holder as a certain caller. Immutable.
 *
 * @param caller the name of the caller in logs; several secrets may have the same
 * @param secret the secret: at least 16 bytes, compared with the signing token byte by byte
 */
public record SharedSecret(String caller, SecretReference secret) {

    /**
     * Checks the name.
     *
     * @param caller the name of the caller in logs; several secrets may have the same
     * @param secret the secret: at least 16 bytes, compared with the signing token byte by byte
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the name of the caller is not printable
     *     or too long
     */
    public SharedSecret {
        CallerName.check(caller);
        Objects.requireNonNull(secret, "secret");
    }
}
