package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of one callback. Holds neither the signing token nor contents. Immutable.
 *
 * <p>The texts are unchanged input. A log must escape line ends and the like in them.
 *
 * @param requestId the identifier of the request in logs and answers
 * @param action the action; empty if the body was not read or has no action
 * @param callers the caller: every identity of the request that the policies know; unmodifiable, empty if they know
 *     none
 * @param client the address of the client without its port, as the transport reports it; empty if it reports none
 * @param keyName the key; empty where the request did not come to one
 * @param digestAlgorithm what the content or data was hashed with; empty where there was none
 * @param bodyBytes how many bytes of the body were read
 * @param outcome {@code ok}, or the code of the error as in the answer
 * @param status the HTTP status
 * @param reason why the request failed, for the operator; empty if it succeeded, or if the outcome is the full reason
 * @param unavailableReason the reason, for programs, if a key or what a signature needs is not available; otherwise
 *     empty
 * @param total from the headers of the request to its answer
 * @param reading the time to read the body, its parsing and hashing included
 * @param queued the time in the queue before the signer; zero where there is none
 * @param signing the time in the signer
 * @param recorded {@code false} where the request failed because it could not be recorded in the audit log
 * @param timestampMissing {@code true} where a CAdES container lacks its timestamp because no timestamp authority
 *     answered in time
 */
public record CallbackReport(
        String requestId,
        Optional<CallbackAction> action,
        List<String> callers,
        Optional<String> client,
        Optional<String> keyName,
        Optional<DigestAlgorithm> digestAlgorithm,
        long bodyBytes,
        String outcome,
        int status,
        Optional<String> reason,
        Optional<SigningUnavailableException.Reason> unavailableReason,
        Duration total,
        Duration reading,
        Duration queued,
        Duration signing,
        boolean recorded,
        boolean timestampMissing) {

    /**
     * Checks that nothing is missing.
     *
     * @param requestId what logs and answers call the request
     * @param action the action; empty if the body was not read or has no action
     * @param callers the caller: every identity of the request that the policies know; unmodifiable, empty if they know
     *     none
     * @param client the address of the client without its port, as the transport reports it; empty if it reports none
     * @param keyName the key; empty where the request did not come to one
     * @param digestAlgorithm what the content or data was hashed with; empty where there was none
     * @param bodyBytes how many bytes of the body were read
     * @param outcome {@code ok}, or the code of the error as in the answer
     * @param status the HTTP status
     * @param reason why the request failed, for the operator; empty if it succeeded, or if the outcome is the full
     *     reason
     * @param unavailableReason the reason, for programs, if a key or what a signature needs is not available; otherwise
     *     empty
     * @param total from the headers of the request to its answer
     * @param reading the time to read the body, its parsing and hashing included
     * @param queued the time in the queue before the signer; zero where there is none
     * @param signing the time in the signer
     * @param recorded {@code false} where the request failed because it could not be recorded in the audit log
     * @param timestampMissing {@code true} where a CAdES container lacks its timestamp
     */
    public CallbackReport {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(action, "action");
        callers = List.copyOf(callers);
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(keyName, "keyName");
        Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(unavailableReason, "unavailableReason");
        Objects.requireNonNull(total, "total");
        Objects.requireNonNull(reading, "reading");
        Objects.requireNonNull(queued, "queued");
        Objects.requireNonNull(signing, "signing");
    }

    /**
     * Returns whether the request got what it asked for.
     *
     * @return {@code true} if it did
     */
    public boolean succeeded() {
        return outcome.equals(CallbackAnswer.SUCCESS);
    }

    /**
     * Returns whether the answer holds a signature.
     *
     * @return {@code true} if it does
     */
    public boolean holdsSignature() {
        return succeeded() && asksForSignature();
    }

    /** Returns whether a signature was asked for, as far as is known. */
    boolean asksForSignature() {
        return action.filter(asked -> asked != CallbackAction.GET_CERTIFICATES).isPresent();
    }
}
