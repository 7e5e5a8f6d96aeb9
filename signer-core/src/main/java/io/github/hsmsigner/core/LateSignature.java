package io.github.hsmsigner.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A signature that a signer returned after its request had been abandoned. No caller received it. Immutable.
 *
 * @param time when the signer returned it
 * @param requestId the identifier of the request in logs
 * @param traceId the trace that the request belongs to (W3C Trace Context); empty where the caller named none
 * @param keyName the key
 * @param algorithm the algorithm of the signature
 * @param late how long after the deadline of the signer
 */
public record LateSignature(
        Instant time,
        String requestId,
        Optional<String> traceId,
        String keyName,
        SignatureAlgorithm algorithm,
        Duration late) {

    /**
     * Checks that nothing is missing.
     *
     * @param time when the signer returned it
     * @param requestId the identifier of the request in logs
     * @param traceId the trace that the request belongs to (W3C Trace Context); empty where the caller named none
     * @param keyName the key
     * @param algorithm the algorithm of the signature
     * @param late how long after the deadline of the signer
     */
    public LateSignature {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(keyName, "keyName");
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(late, "late");
    }
}
