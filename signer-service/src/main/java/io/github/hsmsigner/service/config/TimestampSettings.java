package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.secret.SecretReference;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Timestamps over signatures (RFC 3161), which make level B-T of level B-B. Immutable.
 *
 * @param authorities the authorities, asked in this order; at least one
 * @param required whether a signature without a timestamp is refused when no authority answers
 * @param attemptLimit how long to wait for one authority
 */
public record TimestampSettings(List<Authority> authorities, boolean required, Duration attemptLimit) {

    /**
     * Checks the parts.
     *
     * @param authorities the authorities; at least one
     * @param required whether a signature without a timestamp is refused
     * @param attemptLimit how long to wait for one authority
     */
    public TimestampSettings {
        authorities = List.copyOf(authorities);
        Objects.requireNonNull(attemptLimit, "attemptLimit");
    }

    /**
     * A timestamp authority. Immutable.
     *
     * @param address its address
     * @param policy the OID of the policy to ask for; empty for the authority's choice
     * @param trusted files with certificates that its certificate is trusted from; empty to trust what it sends
     * @param login how it knows us; empty if it asks for nothing
     */
    public record Authority(URI address, Optional<String> policy, List<Path> trusted, Optional<Login> login) {

        /**
         * Checks the parts.
         *
         * @param address its address
         * @param policy the OID of the policy to ask for
         * @param trusted files with certificates that its certificate is trusted from
         * @param login how it knows us
         */
        public Authority {
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(policy, "policy");
            trusted = List.copyOf(trusted);
            Objects.requireNonNull(login, "login");
        }
    }

    /**
     * HTTP basic authentication (RFC 7617). Immutable.
     *
     * @param user the user
     * @param password the password
     */
    public record Login(String user, SecretReference password) {

        /**
         * Checks the parts.
         *
         * @param user the user
         * @param password the password
         */
        public Login {
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(password, "password");
        }
    }
}
