package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnrecordedRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Answers callbacks: reads the body, calls the signing service, and converts the result into an answer.
 *
 * <p>A {@link CallbackObserver} receives a report of each request. Default: a {@link RequestLog}. While the handler
 * serves a request, the logging context (MDC) holds two entries. {@value #MDC_REQUEST_ID} is the identifier of the
 * request. {@value #MDC_TRACE_ID} is the trace id of its header {@code traceparent} (W3C Trace Context).
 *
 * <p>Immutable and thread-safe.
 */
public final class CallbackHandler {

    /** The default limit of a body, in bytes: Base64 of 1 GiB of contents, and the other fields. */
    public static final long DEFAULT_MAX_BODY_BYTES = 1_503_238_553L;

    /** The name of the request identifier in the logging context. */
    public static final String MDC_REQUEST_ID = "request_id";

    /** The name of the trace id in the logging context, if the request has a valid header {@code traceparent}. */
    public static final String MDC_TRACE_ID = "trace_id";

    private static final Logger LOG = LoggerFactory.getLogger(CallbackHandler.class);

    /**
     * The bytes of a body that are still read after its answer is known. A client that is cut off while it sends may
     * lose the answer with the reason. Reading all of a huge body would occupy the service without use.
     */
    private static final long MAX_DISCARDED_BYTES = 64L * 1024 * 1024;

    private final Supplier<SigningService> service;
    private final CallbackLimits limits;
    private final CertificateEncoding certificateEncoding;
    private final CallbackRequestReader reader;
    private final CallbackObserver observer;
    private final MemoryBudget memory;

    /**
     * Makes a handler with a {@link RequestLog}.
     *
     * @param service returns the service; called for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param limits how much of a body is taken, and how long the answer may take
     * @param certificateEncoding how certificates are written
     */
    public CallbackHandler(
            Supplier<SigningService> service, CallbackLimits limits, CertificateEncoding certificateEncoding) {
        this(service, limits, certificateEncoding, new RequestLog());
    }

    /**
     * Makes a handler with its own memory budget.
     *
     * @param service returns the service; called for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param limits how much of a body is taken
     * @param certificateEncoding how certificates are written
     * @param observer receives a report of each request
     */
    public CallbackHandler(
            Supplier<SigningService> service,
            CallbackLimits limits,
            CertificateEncoding certificateEncoding,
            CallbackObserver observer) {
        this(service, limits, certificateEncoding, observer, new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
    }

    /**
     * Makes a handler.
     *
     * @param service returns the service; called for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param limits how much of a body is taken
     * @param certificateEncoding how certificates are written
     * @param observer receives a report of each request
     * @param memory the memory that all requests share for their texts
     */
    public CallbackHandler(
            Supplier<SigningService> service,
            CallbackLimits limits,
            CertificateEncoding certificateEncoding,
            CallbackObserver observer,
            MemoryBudget memory) {
        this.memory = Objects.requireNonNull(memory, "memory");
        this.service = Objects.requireNonNull(service, "service");
        this.limits = Objects.requireNonNull(limits, "limits");
        this.reader = new CallbackRequestReader(limits);
        this.certificateEncoding = Objects.requireNonNull(certificateEncoding, "certificateEncoding");
        this.observer = Objects.requireNonNull(observer, "observer");
    }

    /**
     * Answers one callback.
     *
     * @param facts the metadata of the HTTP request
     * @param body the body; left open
     * @return the answer; also where something goes wrong
     */
    public CallbackAnswer answer(CallFacts facts, InputStream body) {
        return answer(facts, body, Call::answer);
    }

    /**
     * Rejects a request because its method is not {@code POST}. The observer gets a report of it, as of each callback.
     *
     * @param facts the metadata of the HTTP request
     * @return the response with status 405
     */
    public CallbackAnswer methodNotAllowed(CallFacts facts) {
        return answer(
                facts, InputStream.nullInputStream(), call -> ErrorAnswer.methodNotAllowed("POST", facts.requestId()));
    }

    private CallbackAnswer answer(CallFacts facts, InputStream body, Function<Call, CallbackAnswer> serve) {
        long start = System.nanoTime();
        enterLoggingContext(facts);
        try (MemoryBudget.Share share = memory.newShare()) {
            Call call = new Call(facts, new LimitedBody(body, limits.maxBodyBytes()), share);
            CallbackAnswer answer = serve.apply(call);
            CallbackReport report = call.report(answer, System.nanoTime() - start);
            tell(report);
            return answer.whenUndelivered(reason -> undelivered(facts, report, call, reason));
        } finally {
            leaveLoggingContext();
        }
    }

    private static void enterLoggingContext(CallFacts facts) {
        MDC.put(MDC_REQUEST_ID, facts.requestId());
        facts.traceId().ifPresent(trace -> MDC.put(MDC_TRACE_ID, trace));
    }

    private static void leaveLoggingContext() {
        MDC.remove(MDC_REQUEST_ID);
        MDC.remove(MDC_TRACE_ID);
    }

    private void undelivered(CallFacts facts, CallbackReport report, Call call, String reason) {
        enterLoggingContext(facts);
        try {
            observer.undelivered(report, reason);
            call.recordUndelivered();
        } catch (RuntimeException e) {
            LOG.error("Request {}: the undelivered response could not be recorded.", report.requestId(), e);
        } finally {
            leaveLoggingContext();
        }
    }

    /** The answer is fixed now: a failing observer does not change it. */
    private void tell(CallbackReport report) {
        try {
            observer.answered(report);
        } catch (RuntimeException e) {
            LOG.error("Request {}: an observer threw an exception.", report.requestId(), e);
        }
    }

    private static Optional<DigestAlgorithm> digestAlgorithm(CallbackRequest request) {
        if (request instanceof CallbackRequest.RawSignature raw) {
            return Optional.of(raw.data().digest().algorithm());
        }
        if (request instanceof CallbackRequest.ContainerSignature container) {
            return Optional.of(container.digest().algorithm());
        }
        return Optional.empty();
    }

    /** A request in progress and the facts for its report. Not thread-safe. */
    private final class Call {

        private final CallFacts facts;
        private final LimitedBody body;
        private final MemoryBudget.Share share;
        private CallbackRequest request;
        private String reason;
        private SigningUnavailableException.Reason unavailableReason;
        private boolean unrecorded;
        private AuditEvent event;
        private SigningService signing;
        private long readingNanos;

        Call(CallFacts facts, LimitedBody body, MemoryBudget.Share share) {
            this.facts = facts;
            this.body = body;
            this.share = share;
        }

        CallbackReport report(CallbackAnswer answer, long totalNanos) {
            Optional<CallbackRequest> asked = Optional.ofNullable(request);
            Optional<AuditEvent> recorded = Optional.ofNullable(event);
            return new CallbackReport(
                    facts.requestId(),
                    asked.map(CallbackRequest::action),
                    recorded.map(AuditEvent::callers).orElse(List.of()),
                    Optional.ofNullable(facts.transportFacts().get(TransportFacts.REMOTE_ADDRESS)),
                    recorded.flatMap(AuditEvent::keyName),
                    asked.flatMap(CallbackHandler::digestAlgorithm),
                    body.count(),
                    answer.outcome(),
                    answer.status(),
                    Optional.ofNullable(reason),
                    Optional.ofNullable(unavailableReason),
                    Duration.ofNanos(totalNanos),
                    Duration.ofNanos(readingNanos),
                    recorded.map(AuditEvent::queued).orElse(Duration.ZERO),
                    recorded.map(AuditEvent::signing).orElse(Duration.ZERO),
                    !unrecorded,
                    recorded.map(AuditEvent::timestampMissing).orElse(false));
        }

        /** In the audit log, if the request is there. */
        void recordUndelivered() {
            if (event != null && !unrecorded) {
                signing.responseUndelivered(event);
            }
        }

        CallbackAnswer answer() {
            CallbackAnswer answer = serve();
            // A client that waits to be asked for its body has sent none, and is not to begin now.
            boolean readToItsEnd = !(facts.continueExpected() && body.untouched()) && discardRest();
            if (body.tooLarge()) {
                answer = tooLarge();
            }
            // The server must not take what is left for the next request.
            return readToItsEnd ? answer : answer.withHeader("Connection", "close");
        }

        private CallbackAnswer tooLarge() {
            return ErrorAnswer.of(
                    HttpErrorCode.BODY_TOO_LARGE,
                    "The body is larger than " + limits.maxBodyBytes() + " bytes, the limit of this service.",
                    facts.requestId());
        }

        private CallbackAnswer serve() {
            if (!isJson()) {
                return ErrorAnswer.of(
                        HttpErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "The header Content-Type must say application/json, once, as the body must be a JSON object.",
                        facts.requestId());
            }
            if (!isPlain()) {
                return ErrorAnswer.unsupportedContentEncoding(facts.requestId());
            }
            if (facts.contentLength().orElse(0) > limits.maxBodyBytes()) {
                return tooLarge();
            }
            try {
                signing = service.get();
                request = read(signing.rawData() != RawDataRule.ANY);
                return perform(signing);
            } catch (BodyTooLargeException e) {
                return tooLarge();
            } catch (RequestMemoryException e) {
                reason = e.getMessage();
                return ErrorAnswer.unavailable(
                        "The signing service holds as many long texts of requests as it may at once.",
                        facts.requestId());
            } catch (SlowBodyException e) {
                reason = e.getMessage();
                return ErrorAnswer.of(
                        HttpErrorCode.REQUEST_TIMEOUT,
                        "The body arrives too slowly to be waited for.",
                        facts.requestId());
            } catch (UnrecordedRequestException e) {
                // As long as the audit log cannot be written, each request comes here.
                LOG.debug("Request {} could not be recorded.", facts.requestId(), e);
                unrecorded = true;
                reason = e.getMessage();
                return ErrorAnswer.of(e, facts.requestId());
            } catch (SigningException e) {
                reason = e.getMessage();
                if (e instanceof SigningUnavailableException unavailable) {
                    unavailableReason = unavailable.reason();
                }
                if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.INVALID_CONFIGURATION) {
                    LOG.error("Request {} failed.", facts.requestId(), e);
                }
                return ErrorAnswer.of(e, facts.requestId());
            } catch (RuntimeException e) {
                LOG.error("Request {} failed with an unexpected error.", facts.requestId(), e);
                return ErrorAnswer.internal(facts.requestId());
            }
        }

        private boolean isJson() {
            return facts.contentType()
                    .map(value -> value.split(";", 2)[0].strip())
                    .filter("application/json"::equalsIgnoreCase)
                    .isPresent();
        }

        private boolean isPlain() {
            return facts.contentEncoding()
                    .map(String::strip)
                    .filter(encoding -> !encoding.isEmpty() && !"identity".equalsIgnoreCase(encoding))
                    .isEmpty();
        }

        private CallbackRequest read(boolean inspectRawData) throws BodyTooLargeException, SlowBodyException {
            long start = System.nanoTime();
            try {
                return reader.read(body, share, inspectRawData);
            } catch (BodyTooLargeException | SlowBodyException e) {
                throw e;
            } catch (IOException e) {
                LOG.debug("Request {}: the body broke off.", facts.requestId(), e);
                throw new InvalidRequestException("The body could not be read to its end.");
            } finally {
                readingNanos += System.nanoTime() - start;
            }
        }

        private CallbackAnswer perform(SigningService signing) {
            // The deadlines begin with the last byte of the request: the time in which the client sent its body does
            // not count.
            RequestContext context = RequestContext.builder(facts.requestId())
                    .traceId(facts.traceId().orElse(null))
                    .deadline(after(limits.signingLimit()))
                    .auditDeadline(after(limits.auditLimit()))
                    .signingToken(request.signingToken().orElse(null))
                    .transportFacts(facts.transportFacts())
                    .whenEnded(ended -> event = ended)
                    .build();
            if (request instanceof CallbackRequest.ContainerSignature container) {
                // The protocol's cades names no level: it is the highest that the service makes.
                ContainerFormat format =
                        container.format() == ContainerFormat.CADES_B_B ? signing.cadesLevel() : container.format();
                ContainerRequest wanted = ContainerRequest.forDigest(format, container.digest());
                return CallbackAnswer.octets(signing.signContainer(context, wanted));
            }
            if (request instanceof CallbackRequest.RawSignature raw) {
                return CallbackAnswer.octets(signing.signRaw(context, raw.data()));
            }
            if (request instanceof CallbackRequest.Certificates) {
                return CertificatesAnswer.of(signing.certificates(context), certificateEncoding);
            }
            throw new IllegalStateException("Unknown callback: " + request.action());
        }

        private Deadline after(Duration limit) {
            Duration left = limit.minus(facts.waited());
            return Deadline.after(left.isNegative() ? Duration.ZERO : left);
        }

        private boolean discardRest() {
            long start = System.nanoTime();
            try {
                return body.discard(MAX_DISCARDED_BYTES);
            } catch (IOException e) {
                // The client went away, or the server has ended the request: the answer stands all the same.
                LOG.debug("Request {}: the rest of the body could not be read.", facts.requestId(), e);
                return false;
            } finally {
                readingNanos += System.nanoTime() - start;
            }
        }
    }
}
