package io.github.hsmsigner.access;

import io.github.hsmsigner.core.SigningPolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The settings of one kind of authentication. Immutable. */
public sealed interface PolicySettings
        permits AllowAll, SharedSecretSettings, UserListSettings, JwtSettings, ClientCertificateSettings {

    /** {@return the name of this kind in reports: lower case, words joined by underscores} */
    String kind();

    /**
     * Makes the policy that authenticates callers, with its files as they are now. The policy is thread-safe.
     *
     * @param clock the time that JSON Web Tokens are checked against
     * @return the policy
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if a file cannot be read, or a secret or key
     *     cannot be used
     */
    SigningPolicy policy(Clock clock);

    /** {@return whether the policy denies requests without a signing token} Otherwise it checks only the connection. */
    default boolean needsSigningToken() {
        return true;
    }

    /** {@return the names of all callers, or empty if the policy accepts callers that the settings do not list} */
    Optional<Set<String>> knownCallers();

    /** {@return the files of the policy} It is out of date if one of them changes. */
    default List<Path> files() {
        return List.of();
    }

    /** {@return those {@link #files} that have secrets, so that only the service may read them} */
    default List<Path> secretFiles() {
        return List.of();
    }

    /** {@return the names of keys that the policy may select, as far as the settings name them} */
    default Set<String> keyNames() {
        return Set.of();
    }

    /** {@return whether a signing token may select any key of the service} */
    default boolean selectsAnyKey() {
        return false;
    }

    /** {@return a sentence for the operator about each weakness} */
    default List<String> warnings() {
        return List.of();
    }
}
