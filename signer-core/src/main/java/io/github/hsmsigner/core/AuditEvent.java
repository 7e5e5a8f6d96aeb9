package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The outcome of one request: the caller, the signed digest and the key. It holds neither the signing token nor
 * contents. Immutable.
 *
 * @param time when the request reached the service
 * @param requestId the identifier of the request in logs
 * @param traceId the trace that the request belongs to (W3C Trace Context); empty where the caller named none
 * @param action the requested operation
 * @param callers every identity of the request that the policies know; unmodifiable, empty where they know none
 * @param client the address of the client without its port, as the transport sees it; empty where it names none
 * @param keyName the key; empty where the request named an unknown key, or was denied before a key was chosen
 * @param certificateSerial the serial number of the key's certificate; empty where there was no key
 * @param algorithm the algorithm of the signature; empty if none was made or requested
 * @param digest the digest of what was signed: of the content of a container, of the data of a bare signature
 * @param format the kind of container that was made, or requested if the request failed; empty if none was requested
 * @param timestampMissing whether the container has level B-B instead of B-T, because no timestamp authority answered in
 *     time
 * @param error why the request failed; empty where it succeeded
 * @param unavailableReason the reason if the error is {@link ErrorCode#UNAVAILABLE}, otherwise empty
 * @param duration from the request to its end
 * @param queued how long the request waited in the {@link SigningQueue} of the key, all attempts together; zero if it
 *     did not wait
 * @param signing the time in the signer, all attempts together; zero if the request did not reach the signer
 */
public record AuditEvent(
        Instant time,
        String requestId,
        Optional<String> traceId,
        SigningAction action,
        List<String> callers,
        Optional<String> client,
        Optional<String> keyName,
        Optional<BigInteger> certificateSerial,
        Optional<SignatureAlgorithm> algorithm,
        Optional<Digest> digest,
        Optional<ContainerFormat> format,
        boolean timestampMissing,
        Optional<ErrorCode> error,
        Optional<SigningUnavailableException.Reason> unavailableReason,
        Duration duration,
        Duration queued,
        Duration signing) {

    /**
     * Checks that nothing is missing.
     *
     * @param time when the request reached the service
     * @param requestId the identifier of the request in logs
     * @param traceId the trace that the request belongs to; empty where the caller named none
     * @param action the requested operation
     * @param callers every identity of the request that the policies know; unmodifiable, empty where they know none
     * @param client the address of the client without its port, as the transport sees it; empty where it names none
     * @param keyName the key; empty where the request named one that does not exist, or was denied before one was
     *     chosen
     * @param certificateSerial the serial number of the key's certificate; empty where there was no key
     * @param algorithm the algorithm of the signature; empty if none was made or requested
     * @param digest the digest of what was signed: of the content of a container, of the data of a bare signature
     * @param format the kind of container; empty where none was asked for
     * @param timestampMissing whether the container lacks its timestamp
     * @param error why the request failed; empty where it succeeded
     * @param unavailableReason the reason if the error is {@link ErrorCode#UNAVAILABLE}, otherwise empty
     * @param duration from the request to its end
     * @param queued how long the request waited in the {@link SigningQueue} of the key, all attempts together; zero
     *     where it did not
     * @param signing the time in the signer, all attempts together; zero where the request did not come to it
     */
    public AuditEvent {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(action, "action");
        callers = List.copyOf(callers);
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(keyName, "keyName");
        Objects.requireNonNull(certificateSerial, "certificateSerial");
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(unavailableReason, "unavailableReason");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(queued, "queued");
        Objects.requireNonNull(signing, "signing");
    }
}
