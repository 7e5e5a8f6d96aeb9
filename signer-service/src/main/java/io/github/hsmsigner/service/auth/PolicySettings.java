package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of one kind of policy, which identifies callers. Immutable.
 */
public sealed interface PolicySettings
        permits OpenSettings, SharedSecretSettings, UserListSettings, JwtSettings, ClientCertificateSettings {

    /**
     * Returns the name of this kind of policy in reports: lower case, words joined by underscores.
     *
     * @return the name
     */
    String kind();

    /**
     * Makes the policy that these settings describe, with its files as they are now.
     *
     * @param clock the clock for credentials that are valid for a time
     * @return the policy; thread-safe
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if a file cannot be read, or a secret or key
     *     cannot be used
     */
    SigningPolicy policy(Clock clock);

    /**
     * Returns whether the signing token identifies the caller. Otherwise the policy checks only the connection.
     *
     * @return {@code true} if the policy denies requests without a signing token
     */
    boolean needsSigningToken();

    /**
     * Returns the callers that the policy can find.
     *
     * @return the names of all callers, or empty if the policy accepts callers whose names the settings do not list
     */
    Optional<Set<String>> knownCallers();

    /**
     * Returns the files that the policy is made from. When one of them changes, the policy is out of date.
     *
     * @return the files
     */
    List<Path> files();

    /**
     * Returns the files that only the service may read, because they have secrets.
     *
     * @return some of {@link #files}
     */
    default List<Path> secretFiles() {
        return List.of();
    }

    /**
     * Returns the keys that the policy may choose, as far as the settings name them.
     *
     * @return the names of keys
     */
    Set<String> keyNames();

    /**
     * Returns whether a signing token may name any key of the service.
     *
     * @return {@code true} if the policy may choose keys that are not in {@link #keyNames()}
     */
    boolean choosesAnyKey();

    /**
     * Returns warnings for the operator about weaknesses of this policy.
     *
     * @return a sentence for each weakness; empty if there is none
     */
    List<String> warnings();
}
