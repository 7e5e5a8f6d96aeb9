package io.github.hsmsigner.core;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The caller and the deadline of a request: the facts that do not depend on the requested operation. Immutable.
 */
public final class RequestContext {

    private static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(30);

    private final String requestId;
    private final @Nullable String traceId;
    private final Deadline deadline;
    private final @Nullable Deadline auditDeadline;
    private final @Nullable SigningToken signingToken;
    private final @Nullable String keyName;
    private final Map<String, String> transportFacts;
    private final Consumer<AuditEvent> whenEnded;

    private RequestContext(Builder builder) {
        this.requestId = builder.requestId;
        this.traceId = builder.traceId;
        this.deadline = builder.deadline == null ? Deadline.after(DEFAULT_TIME_LIMIT) : builder.deadline;
        this.auditDeadline = builder.auditDeadline;
        this.signingToken = builder.signingToken;
        this.keyName = builder.keyName;
        this.transportFacts = Map.copyOf(builder.transportFacts);
        this.whenEnded = builder.whenEnded;
    }

    /**
     * Starts a context.
     *
     * @param requestId what logs call this request; shown to the client as well
     * @return a builder
     */
    public static Builder builder(String requestId) {
        return new Builder(requestId);
    }

    /**
     * Returns the identifier of the request in logs.
     *
     * @return the identifier
     */
    public String requestId() {
        return requestId;
    }

    /**
     * Returns the trace that the request belongs to (W3C Trace Context).
     *
     * @return the trace id, or empty if the caller named none
     */
    public Optional<String> traceId() {
        return Optional.ofNullable(traceId);
    }

    /**
     * Returns the time limit for the queue, the signer, timestamps and revocation information.
     *
     * @return the deadline
     */
    public Deadline deadline() {
        return deadline;
    }

    /**
     * Returns the time limit for the audit log to record the request.
     *
     * @return the deadline, or empty if only the audit log's own limit applies
     */
    public Optional<Deadline> auditDeadline() {
        return Optional.ofNullable(auditDeadline);
    }

    /**
     * Returns the signing token that the caller presents.
     *
     * @return the signing token, or empty if the caller sent none
     */
    public Optional<SigningToken> signingToken() {
        return Optional.ofNullable(signingToken);
    }

    /**
     * Returns the key that the request names.
     *
     * @return the name, or empty for the only key there is
     */
    public Optional<String> keyName() {
        return Optional.ofNullable(keyName);
    }

    /**
     * Facts that the transport adds for policies, such as a remote address or the subject of a client certificate.
     *
     * @return the facts by name; unmodifiable
     */
    public Map<String, String> transportFacts() {
        return transportFacts;
    }

    /** Returns the observer of the outcome. */
    Consumer<AuditEvent> whenEnded() {
        return whenEnded;
    }

    @Override
    public String toString() {
        return "RequestContext[" + requestId + "]";
    }

    /** Collects the facts of a {@link RequestContext}. Not safe for use by several threads. */
    public static final class Builder {

        private final String requestId;
        private @Nullable String traceId;
        private @Nullable Deadline deadline;
        private @Nullable Deadline auditDeadline;
        private @Nullable SigningToken signingToken;
        private @Nullable String keyName;
        private Map<String, String> transportFacts = Map.of();
        private Consumer<AuditEvent> whenEnded = event -> {};

        private Builder(String requestId) {
            this.requestId = Objects.requireNonNull(requestId, "requestId");
        }

        /**
         * Sets the trace that the request belongs to, for the audit log.
         *
         * @param traceId the trace id (W3C Trace Context); {@code null} for none
         * @return this builder
         */
        public Builder traceId(@Nullable String traceId) {
            this.traceId = traceId;
            return this;
        }

        /**
         * Sets the deadline of the signature. Default: 30 seconds from the moment the context is built. The HTTP
         * callback sets its own, 9 seconds by default.
         *
         * @param deadline the deadline
         * @return this builder
         */
        public Builder deadline(Deadline deadline) {
            this.deadline = Objects.requireNonNull(deadline, "deadline");
            return this;
        }

        /**
         * Sets the deadline of the audit log. Default: only the audit log's own limit applies. A transport whose client
         * waits for a limited time sets it later than {@link #deadline(Deadline)}, so that a request whose signer used
         * all of its time can still be recorded.
         *
         * @param auditDeadline the deadline
         * @return this builder
         */
        public Builder auditDeadline(Deadline auditDeadline) {
            this.auditDeadline = Objects.requireNonNull(auditDeadline, "auditDeadline");
            return this;
        }

        /**
         * Sets what the caller presents to be allowed to sign.
         *
         * @param signingToken the signing token; {@code null} for none
         * @return this builder
         */
        public Builder signingToken(@Nullable SigningToken signingToken) {
            this.signingToken = signingToken;
            return this;
        }

        /**
         * Sets the key that the request names.
         *
         * @param keyName the name; {@code null} for the only key there is
         * @return this builder
         */
        public Builder keyName(@Nullable String keyName) {
            this.keyName = keyName;
            return this;
        }

        /**
         * Sets the facts that the transport adds for policies.
         *
         * @param transportFacts the facts by name
         * @return this builder
         */
        public Builder transportFacts(Map<String, String> transportFacts) {
            this.transportFacts = Objects.requireNonNull(transportFacts, "transportFacts");
            return this;
        }

        /**
         * Sets an observer of the outcome, such as a transport that logs the caller and the key. The thread that serves
         * the request calls it after the audit log has recorded the event and before the response is given. If the
         * audit log failed, the event has the error {@link io.github.hsmsigner.core.error.ErrorCode#INTERNAL}. The
         * observer of a context that serves several requests is called for each.
         *
         * @param whenEnded the observer; returns at once and throws nothing
         * @return this builder
         */
        public Builder whenEnded(Consumer<AuditEvent> whenEnded) {
            this.whenEnded = Objects.requireNonNull(whenEnded, "whenEnded");
            return this;
        }

        /**
         * Builds the context.
         *
         * @return the context
         */
        public RequestContext build() {
            return new RequestContext(this);
        }
    }
}
