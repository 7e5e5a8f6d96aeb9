package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The facts about a request so far, for the policy and the audit log. Used by one thread. */
final class RequestRecord {

    private final SigningAction action;
    private final RequestContext context;
    private final Instant time;
    private final long start = System.nanoTime();
    private Optional<SigningKey> key = Optional.empty();

    /**
     * The key's chain when the request arrived. The chain may be replaced meanwhile, but a request uses only one chain.
     */
    private Optional<CertificateChain> chain = Optional.empty();

    private List<String> callers = List.of();
    private Optional<SignatureAlgorithm> algorithm = Optional.empty();
    private Optional<DigestAlgorithm> digestAlgorithm = Optional.empty();
    private Optional<Digest> digest = Optional.empty();
    private Optional<ContainerFormat> format = Optional.empty();
    private boolean timestampMissing;
    private long queuedNanos;
    private long signingNanos;

    RequestRecord(SigningAction action, RequestContext context, Instant time) {
        this.action = action;
        this.context = context;
        this.time = time;
    }

    RequestContext context() {
        return context;
    }

    RequestRecord with(SigningKey used) {
        key = Optional.of(used);
        chain = Optional.of(used.chain());
        return this;
    }

    /** Sets the key, once it is known. */
    CertificateChain chain() {
        return chain.orElseThrow();
    }

    RequestRecord over(Digest signed) {
        digest = Optional.of(signed);
        digestAlgorithm = Optional.of(signed.algorithm());
        return this;
    }

    RequestRecord in(ContainerRequest wanted) {
        digestAlgorithm = Optional.of(wanted.digestAlgorithm());
        format = Optional.of(wanted.format());
        return this;
    }

    /** Sets the format of the container, which is B-B if the timestamp of B-T is missing. */
    void made(ContainerFormat made) {
        timestampMissing = made != format.orElseThrow();
        format = Optional.of(made);
    }

    void by(List<String> knownCallers) {
        callers = knownCallers;
    }

    void by(SignatureAlgorithm used) {
        algorithm = Optional.of(used);
    }

    /** Adds time in the queue, whether or not the request got its turn. */
    void queued(long nanos) {
        queuedNanos += nanos;
    }

    /** Adds time in the signer, whether or not the signature was made. */
    void signing(long nanos) {
        signingNanos += nanos;
    }

    SigningAttempt attempt() {
        Optional<String> keyName = context.keyName().or(() -> key.map(SigningKey::name));
        return new SigningAttempt(action, context, keyName, digestAlgorithm, format);
    }

    AuditEvent succeeded() {
        return event(Optional.empty(), Optional.empty());
    }

    /**
     * Returns the event of a request that ended with an error. The library may not have raised the error on purpose.
     */
    AuditEvent failed(Throwable error) {
        Optional<Reason> reason = error instanceof SigningUnavailableException unavailable
                ? Optional.of(unavailable.reason())
                : Optional.empty();
        ErrorCode code = error instanceof SigningException known ? known.code() : ErrorCode.INTERNAL;
        return event(Optional.of(code), reason);
    }

    private AuditEvent event(Optional<ErrorCode> error, Optional<Reason> unavailableReason) {
        return new AuditEvent(
                time,
                context.requestId(),
                context.traceId(),
                action,
                callers,
                Optional.ofNullable(context.transportFacts().get(TransportFacts.REMOTE_ADDRESS)),
                key.map(SigningKey::name),
                chain.map(CertificateChain::serialNumber),
                algorithm,
                digest,
                format,
                timestampMissing,
                error,
                unavailableReason,
                Duration.ofNanos(System.nanoTime() - start),
                Duration.ofNanos(queuedNanos),
                Duration.ofNanos(signingNanos));
    }
}
