package io.github.hsmsigner.core;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A response that did not reach its client, because the client had disconnected. The request itself was recorded
 * before. Immutable.
 *
 * @param time when the transport noticed it
 * @param requestId the identifier of the request in logs
 * @param traceId the trace that the request belongs to (W3C Trace Context); empty where the caller named none
 * @param keyName the key; empty where the request did not come to one
 * @param signature whether the response held a signature
 */
public record UndeliveredResponse(
        Instant time, String requestId, Optional<String> traceId, Optional<String> keyName, boolean signature) {

    /**
     * Checks that nothing is missing.
     *
     * @param time when the transport noticed it
     * @param requestId the identifier of the request in logs
     * @param traceId the trace that the request belongs to (W3C Trace Context); empty where the caller named none
     * @param keyName the key; empty where the request did not come to one
     * @param signature whether the response held a signature
     */
    public UndeliveredResponse {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(keyName, "keyName");
    }
}
