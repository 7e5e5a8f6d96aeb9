package io.github.hsmsigner.core;

import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports signatures that signers return after their requests were abandoned. Thread-safe. */
final class LateSignatures {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);

    private final AuditLog audit;
    private final SignerMetrics metrics;
    private final Clock clock;

    LateSignatures(AuditLog audit, SignerMetrics metrics, Clock clock) {
        this.audit = audit;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Returns the deadline of a request for its signer, which knows where to report a late signature. */
    Deadline deadline(RequestContext context, String keyName, SignatureAlgorithm algorithm) {
        return context.deadline()
                .withListener((origin, late) -> report(
                        new LateSignature(
                                clock.instant(), context.requestId(), context.traceId(), keyName, algorithm, late),
                        origin));
    }

    /** On a thread of the signer, which must not fail because of this. */
    private void report(LateSignature signature, String origin) {
        Duration late = signature.late();
        LOG.warn(
                "Request {}: a signature of key \"{}\" came {} ms after the deadline, or after another signer's, from {}."
                        + " No caller received it.",
                signature.requestId(),
                signature.keyName(),
                late.toMillis(),
                origin);
        try {
            metrics.signatureLate(signature.keyName(), late);
            audit.signatureLate(signature);
        } catch (RuntimeException | Error e) {
            LOG.error("Request {}: the late signature could not be recorded.", signature.requestId(), e);
        }
    }
}
