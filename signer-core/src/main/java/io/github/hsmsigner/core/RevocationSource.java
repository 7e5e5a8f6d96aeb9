package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * Where proof comes from that certificates were not revoked when a signature was made.
 *
 * <p>Implementations are safe for use by any number of threads at once.
 */
@FunctionalInterface
public interface RevocationSource {

    /**
     * Gets the proof for every certificate of a chain but the root.
     *
     * @param chain the chain
     * @param deadline by when it must be there
     * @return the proof
     * @throws SigningUnavailableException if it cannot be had before the deadline, or says that a certificate is revoked
     */
    RevocationInfo revocationInfo(CertificateChain chain, Deadline deadline);
}
