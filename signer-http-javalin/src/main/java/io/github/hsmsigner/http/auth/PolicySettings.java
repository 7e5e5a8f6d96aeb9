package io.github.hsmsigner.http.auth;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * How callers are told apart: the settings of one kind of policy. Immutable.
 */
public sealed interface PolicySettings
        permits OpenSettings, SharedSecretSettings, UserListSettings, JwtSettings, ClientCertificateSettings {

    /**
     * What reports call this kind of policy: lower case, words joined by underscores.
     *
     * @return the name
     */
    String kind();

    /**
     * The files that the policy is made from. When one of them changes, the policy is out of date.
     *
     * @return the files
     */
    List<Path> files();

    /**
     * The keys that the policy may choose, as far as the settings name them.
     *
     * @return the names of keys
     */
    Set<String> keyNames();

    /**
     * What an operator should know about the strength of this policy.
     *
     * @return a sentence for each weakness; empty if there is none
     */
    List<String> warnings();
}
