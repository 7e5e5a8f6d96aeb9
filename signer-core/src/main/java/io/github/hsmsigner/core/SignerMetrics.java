package io.github.hsmsigner.core;

import java.time.Duration;

/**
 * The measurements of the service, for any metrics library. Every method does nothing unless implemented.
 *
 * <p>Implementations are thread-safe and return at once. An exception that a method throws is logged, at most once a
 * minute, and does not change the request.
 */
public interface SignerMetrics {

    /**
     * A request ended, with or without an error.
     *
     * @param event the outcome
     */
    default void requestEnded(AuditEvent event) {}

    /**
     * A signature got its turn, and the signer is called next. Called only for keys with a {@link SigningQueue}.
     *
     * @param keyName the key
     * @param waited the time in the queue; next to nothing if a permit was free
     */
    default void signatureQueued(String keyName, Duration waited) {}

    /**
     * A signature was refused by the {@link SigningQueue} of its key: at once, or after it had waited.
     *
     * @param keyName the key
     */
    default void signatureRefused(String keyName) {}

    /**
     * A signer made a signature.
     *
     * @param keyName the key
     * @param algorithm the algorithm
     * @param duration the time in the signer, with the wait for a session and without the wait in the
     *     {@link SigningQueue}
     */
    default void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {}

    /**
     * A signature did not verify and was discarded.
     *
     * @param keyName the key
     * @param algorithm the algorithm
     */
    default void signatureDiscarded(String keyName, SignatureAlgorithm algorithm) {}

    /**
     * The data of a raw signature was not recognized as the signed attributes of a CMS signature. Not called if the
     * {@link RawDataRule} is {@link RawDataRule#ANY}.
     *
     * @param refused whether the request is refused for it
     */
    default void rawDataDeviated(boolean refused) {}

    /**
     * A signer returned a signature after its request had been abandoned. No caller received it.
     *
     * @param keyName the key
     * @param late the time after the deadline
     */
    default void signatureLate(String keyName, Duration late) {}

    /**
     * Metrics that measure nothing.
     *
     * @return the default
     */
    static SignerMetrics none() {
        return new SignerMetrics() {};
    }
}
