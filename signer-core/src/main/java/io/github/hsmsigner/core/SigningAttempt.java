package io.github.hsmsigner.core;

import java.util.Objects;
import java.util.Optional;

/**
 * The operation that a caller requests: the question put to a {@link SigningPolicy}. Immutable.
 *
 * @param action the requested operation
 * @param context the caller and the deadline
 * @param keyName the key that the request names, whether or not it exists. If it names none: the only key, or empty if
 *     there are several keys and the policy must choose
 * @param digestAlgorithm the digest algorithm of the signature; empty if nothing is signed
 * @param format the kind of container; empty if none is requested
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
     * @param action the requested operation
     * @param context the caller and the deadline
     * @param keyName the key that the request names, whether or not it exists. If it names none: the only key, or empty
     *     if there are several keys and the policy must choose
     * @param digestAlgorithm the digest algorithm of the signature; empty if nothing is signed
     * @param format the kind of container; empty if none is requested
     */
    public SigningAttempt {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(keyName, "keyName");
        Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
        Objects.requireNonNull(format, "format");
    }

    /**
     * Returns the same attempt with a key, as it looks once a policy has chosen one.
     *
     * @param chosen the name of the key
     * @return the attempt
     */
    public SigningAttempt withKey(String chosen) {
        return new SigningAttempt(action, context, Optional.of(chosen), digestAlgorithm, format);
    }
}
