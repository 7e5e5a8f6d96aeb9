package io.github.hsmsigner.core;

import java.util.Objects;
import java.util.Optional;

/**
 * What a caller is about to do: the question put to a {@link SigningPolicy}. Immutable.
 *
 * @param action what is asked
 * @param context who asks
 * @param keyName the key that the request names, whether or not there is one of that name, or else the only key; empty where the
 *     request names none and there are several, so that the policy must choose
 * @param digestAlgorithm the digest algorithm of the signature; empty where nothing is signed
 * @param format the kind of container; empty where none is asked for
 */
public record SigningAttempt(
        SigningAction action,
        RequestContext context,
        Optional<String> keyName,
        Optional<DigestAlgorithm> digestAlgorithm,
        Optional<ContainerFormat> format) {

    /**
     * Checks that nothing is missing.
     *
     * @param action what is asked
     * @param context who asks
     * @param keyName the key that the request names, whether or not there is one of that name, or else the only key; empty where the
     *     request names none and there are several, so that the policy must choose
     * @param digestAlgorithm the digest algorithm of the signature; empty where nothing is signed
     * @param format the kind of container; empty where none is asked for
     */
    public SigningAttempt {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(keyName, "keyName");
        Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
        Objects.requireNonNull(format, "format");
    }

    /**
     * The same attempt with a key, as it looks once a policy has chosen one.
     *
     * @param chosen the name of the key
     * @return the attempt
     */
    public SigningAttempt withKey(String chosen) {
        return new SigningAttempt(action, context, Optional.of(chosen), digestAlgorithm, format);
    }
}
