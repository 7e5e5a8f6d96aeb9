package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;

/**
 * Wraps signatures in containers, in two steps with the signature in between, so that the key may be anywhere.
 *
 * <p>Implementations are thread-safe.
 */
public interface ContainerBuilder {

    /**
     * Prepares a container (first step). Settles everything that the signature covers.
     *
     * @param parameters the kind of container and its properties
     * @param contentDigest the digest of the content, made with the digest algorithm of the signature algorithm
     * @param deadline the time limit for what must be fetched for the container
     * @return the container without its signature
     * @throws UnsupportedRequestException if this builder does not make such containers
     * @throws SigningUnavailableException if something that must be fetched for it is not available
     * @throws IllegalArgumentException if the digest was made with another digest algorithm
     */
    PreparedContainer prepare(ContainerParameters parameters, Digest contentDigest, Deadline deadline);

    /**
     * Returns the highest level of a format that this builder makes, for callers that leave the level to the service.
     *
     * @param format the format
     * @return the format with a timestamp if timestamps are available, otherwise without
     */
    default ContainerFormat highestLevel(ContainerFormat format) {
        return format.withoutTimestamp();
    }

    /**
     * Returns an upper bound of the size of a container, for callers that reserve room before the signature exists.
     *
     * @param parameters the kind of container and its properties
     * @param deadline the time limit for what must be fetched for the container
     * @return the size in bytes that no container of these parameters exceeds
     * @throws UnsupportedRequestException if this builder does not make such containers
     * @throws SigningUnavailableException if something that must be fetched for it is not available
     */
    int maxSize(ContainerParameters parameters, Deadline deadline);
}
