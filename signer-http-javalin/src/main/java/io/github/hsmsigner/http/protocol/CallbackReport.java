package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The result of one callback. Holds neither the signing token nor contents. The texts are unchanged input, so a log
 * must escape characters such as line ends.
 *
 * @param requestId the identifier of the request in logs and responses
 * @param action the action; empty if the body was not read or has no action
 * @param callers every identity of the caller that the policies know; unmodifiable
 * @param client the address of the client without its port; empty if the transport reports none
 * @param keyName the key; empty if the request did not reach one
 * @param digestAlgorithm the algorithm with which the contents or data were hashed
 * @param bodyBytes the number of bytes of the body that were read
 * @param outcome {@code ok}, or the code of the error as in the response
 * @param status the HTTP status
 * @param reason the reason of a failure, for the operator; empty if the outcome is the full reason
 * @param unavailableReason the reason, for programs, if a key or a prerequisite of a signature is not available
 * @param total the time from the headers of the request to its response
 * @param reading the time to read, parse and hash the body
 * @param queued the time in the queue before the signer; zero if there was none
 * @param signing the time in the signer
 * @param recorded {@code false} if the request failed because the audit log could not record it
 * @param timestampMissing whether a container lacks its timestamp because no timestamp authority answered in time
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

    /** {@return whether the request succeeded} */
    public boolean succeeded() {
        return outcome.equals(CallbackResponse.SUCCESS);
    }

    /** {@return whether the response holds a signature} */
    public boolean holdsSignature() {
        return succeeded() && asksForSignature();
    }

    /** {@return whether the request asked for a signature, as far as is known} */
    public boolean asksForSignature() {
        return action.filter(asked -> asked != CallbackAction.GET_CERTIFICATES).isPresent();
    }
}
