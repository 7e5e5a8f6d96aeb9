package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * A source of proof that certificates were not revoked when a signature was made.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface RevocationSource {

    /**
     * Gets the proof for every certificate of a chain except the root.
     *
     * @param chain the chain
     * @param deadline the time limit
     * @return the proof
     * @throws SigningUnavailableException if it is not available before the deadline, or a certificate is revoked
     */
    RevocationInfo revocationInfo(CertificateChain chain, Deadline deadline);
}
