package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.CertificateChain;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Serves callbacks: reads the body, calls the signing service, and converts the result into a response. A
 * {@link CallbackObserver} receives a report of each request.
 *
 * <p>While the handler serves a request, the logging context (MDC) holds {@code request_id}, the identifier of the
 * request, and {@code trace_id}, the trace id of a valid header {@code traceparent} (W3C Trace Context).
 *
 * <p>Immutable and thread-safe.
 */
public final class CallbackHandler {

    private static final String MDC_REQUEST_ID = "request_id";
    private static final String MDC_TRACE_ID = "trace_id";
    private static final Logger LOG = LoggerFactory.getLogger(CallbackHandler.class);

    private final Supplier<SigningService> service;
    private final CallbackLimits limits;
    private final Duration signingLimit;
    private final Duration auditLimit;
    private final CertificateEncoding certificateEncoding;
    /** The responses of each chain that a key has. The entry of a chain that was replaced goes with the chain. */
    private final Map<CertificateChain, CallbackResponse> certificates =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final CallbackRequestReader reader;
    private final List<CallbackObserver> observers;
    private final MemoryBudget memory;

    /**
     * Creates a handler.
     *
     * @param service returns the service for each request, or throws {@link SigningUnavailableException} for a 503
     * @param config the settings, which are copied
     */
    public CallbackHandler(Supplier<SigningService> service, Config config) {
        this.service = Objects.requireNonNull(service, "service");
        this.limits = Objects.requireNonNull(config.limits, "limits");
        this.signingLimit = limits.signingLimit();
        this.auditLimit = limits.auditLimit();
        this.reader = new CallbackRequestReader(limits.json());
        this.certificateEncoding = Objects.requireNonNull(config.certificateEncoding, "certificateEncoding");
        this.observers = List.copyOf(config.observers);
        this.memory = Objects.requireNonNull(config.memory, "memory");
    }

    /**
     * Serves one callback.
     *
     * @param metadata the metadata of the HTTP request
     * @param body opens the body; called at the first read, and not at all if the metadata cause an error. The caller
     *     closes the body
     * @return the response, which can be an error
     */
    public CallbackResponse handle(RequestMetadata metadata, Supplier<InputStream> body) {
        return handle(metadata, body, Call::respond);
    }

    /**
     * Rejects a request because its method is not {@code POST}. The observer gets a report of it, as of each callback.
     *
     * @param metadata the metadata of the HTTP request
     * @return the response with status 405
     */
    public CallbackResponse methodNotAllowed(RequestMetadata metadata) {
        return handle(
                metadata,
                InputStream::nullInputStream,
                call -> ErrorResponses.methodNotAllowed("POST", metadata.requestId));
    }

    private CallbackResponse handle(
            RequestMetadata metadata, Supplier<InputStream> body, Function<Call, CallbackResponse> serve) {
        long start = System.nanoTime();
        return inLoggingContext(metadata, () -> {
            try (MemoryBudget.Share share = memory.newShare()) {
                Call call = new Call(metadata, new RequestBody(body, limits, System::nanoTime), share);
                CallbackResponse response = serve.apply(call);
                CallbackReport report = call.report(response, System.nanoTime() - start);
                notifyObservers(report, observer -> observer.answered(report));
                return response.whenUndelivered(reason -> undelivered(report, call, reason));
            }
        });
    }

    private void undelivered(CallbackReport report, Call call, String reason) {
        inLoggingContext(call.metadata, () -> {
            notifyObservers(report, observer -> observer.undelivered(report, reason));
            try {
                if (call.event != null && !call.unrecorded) {
                    call.signing.responseUndelivered(call.event);
                }
            } catch (RuntimeException e) {
                LOG.error("Request {}: the undelivered response could not be recorded.", report.requestId(), e);
            }
            return null;
        });
    }

    /** A failing observer affects neither the response nor other observers. */
    private void notifyObservers(CallbackReport report, Consumer<CallbackObserver> call) {
        for (CallbackObserver observer : observers) {
            try {
                call.accept(observer);
            } catch (RuntimeException e) {
                LOG.error("Request {}: an observer threw an exception.", report.requestId(), e);
            }
        }
    }

    private static <T> T inLoggingContext(RequestMetadata metadata, Supplier<T> task) {
        MDC.put(MDC_REQUEST_ID, metadata.requestId);
        metadata.traceId.ifPresent(trace -> MDC.put(MDC_TRACE_ID, trace));
        try {
            return task.get();
        } finally {
            MDC.remove(MDC_REQUEST_ID);
            MDC.remove(MDC_TRACE_ID);
        }
    }

    /** A request in progress and the facts for its report. Not thread-safe. */
    private final class Call {

        private final RequestMetadata metadata;
        private final RequestBody body;
        private final MemoryBudget.Share share;
        private CallbackRequest request;
        private String reason;
        private SigningUnavailableException.Reason unavailableReason;
        private boolean unrecorded;
        private AuditEvent event;
        private SigningService signing;
        private long readingNanos;

        Call(RequestMetadata metadata, RequestBody body, MemoryBudget.Share share) {
            this.metadata = metadata;
            this.body = body;
            this.share = share;
        }

        CallbackReport report(CallbackResponse response, long totalNanos) {
            Optional<AuditEvent> recorded = Optional.ofNullable(event);
            return new CallbackReport(
                    metadata.requestId,
                    Optional.ofNullable(request).map(CallbackRequest::action),
                    recorded.map(AuditEvent::callers).orElse(List.of()),
                    Optional.ofNullable(metadata.requestAttributes.get(TransportFacts.REMOTE_ADDRESS)),
                    recorded.flatMap(AuditEvent::keyName),
                    digestAlgorithm(),
                    body.count(),
                    response.outcome(),
                    response.status(),
                    Optional.ofNullable(reason),
                    Optional.ofNullable(unavailableReason),
                    Duration.ofNanos(totalNanos),
                    Duration.ofNanos(readingNanos),
                    recorded.map(AuditEvent::queued).orElse(Duration.ZERO),
                    recorded.map(AuditEvent::signing).orElse(Duration.ZERO),
                    !unrecorded,
                    recorded.map(AuditEvent::timestampMissing).orElse(false));
        }

        private Optional<DigestAlgorithm> digestAlgorithm() {
            if (request instanceof CallbackRequest.RawSignature raw) {
                return Optional.of(raw.data().digest().algorithm());
            }
            return request instanceof CallbackRequest.ContainerSignature container
                    ? Optional.of(container.digest().algorithm())
                    : Optional.empty();
        }

        CallbackResponse respond() {
            CallbackResponse response = serve();
            // A client that waits for the interim response has sent no body, and must not start now.
            boolean readToItsEnd = !(metadata.continueExpected && !body.isOpened()) && discardRest();
            if (body.isTooLarge()) {
                response = tooLarge();
            }
            // The server must not read the rest of the body as the next request.
            return readToItsEnd ? response : response.withHeader("Connection", "close");
        }

        private boolean discardRest() {
            long start = System.nanoTime();
            try {
                return body.discardRest();
            } catch (IOException e) {
                // The client has disconnected, or the server has ended the request. The response stays the same.
                LOG.debug("Request {}: the rest of the body could not be read.", metadata.requestId, e);
                return false;
            } finally {
                readingNanos += System.nanoTime() - start;
            }
        }

        private CallbackResponse serve() {
            if (!isJson()) {
                return error(
                        HttpErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "The header Content-Type must say application/json, once, as the body must be a JSON object.");
            }
            String encoding = metadata.contentEncoding.orElse("").strip();
            if (!encoding.isEmpty() && !"identity".equalsIgnoreCase(encoding)) {
                return error(
                                HttpErrorCode.UNSUPPORTED_CONTENT_ENCODING,
                                "The body must come as it is, without a Content-Encoding such as gzip.")
                        .withHeader("Accept-Encoding", "identity");
            }
            if (metadata.contentLength.orElse(0) > limits.maxBodyBytes()) {
                return tooLarge();
            }
            try {
                signing = service.get();
                request = read(signing.rawData() != RawDataRule.ANY);
                return perform();
            } catch (RequestBody.TooLargeException e) {
                return tooLarge();
            } catch (SlowBodyException e) {
                reason = e.getMessage();
                return error(HttpErrorCode.REQUEST_TIMEOUT, "The body arrives too slowly to be waited for.");
            } catch (MemoryBudget.ExhaustedException e) {
                reason = e.getMessage();
                return error(
                        HttpErrorCode.UNAVAILABLE,
                        "The signing service holds as many long texts of requests as it may at once.");
            } catch (SigningException e) {
                return failed(e);
            } catch (RuntimeException e) {
                LOG.error("Request {} failed with an unexpected error.", metadata.requestId, e);
                return ErrorResponses.internal(metadata.requestId);
            }
        }

        private CallbackResponse failed(SigningException e) {
            reason = e.getMessage();
            unrecorded = e instanceof UnrecordedRequestException;
            if (e instanceof SigningUnavailableException unavailable) {
                unavailableReason = unavailable.reason();
            }
            if (unrecorded) {
                // While the audit log cannot be written, each request fails like this.
                LOG.debug("Request {} could not be recorded.", metadata.requestId, e);
            } else if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.INVALID_CONFIGURATION) {
                LOG.error("Request {} failed.", metadata.requestId, e);
            }
            return ErrorResponses.of(e, metadata.requestId);
        }

        private CallbackResponse error(HttpErrorCode code, String message) {
            return ErrorResponses.of(code, message, metadata.requestId);
        }

        private CallbackResponse tooLarge() {
            return error(
                    HttpErrorCode.BODY_TOO_LARGE,
                    "The body is larger than " + limits.maxBodyBytes() + " bytes, the limit of this service.");
        }

        private boolean isJson() {
            String type = metadata.contentType.orElse("").split(";", 2)[0].strip();
            return "application/json".equalsIgnoreCase(type);
        }

        private CallbackRequest read(boolean inspectRawData) throws RequestBody.TooLargeException, SlowBodyException {
            long start = System.nanoTime();
            try {
                return reader.read(body, share, inspectRawData);
            } catch (RequestBody.TooLargeException | SlowBodyException e) {
                throw e;
            } catch (IOException e) {
                LOG.debug("Request {}: the body broke off.", metadata.requestId, e);
                throw new InvalidRequestException("The body could not be read to its end.");
            } finally {
                readingNanos += System.nanoTime() - start;
            }
        }

        private CallbackResponse perform() {
            // The deadlines begin with the last byte of the request: the time in which the client sent its body does
            // not count.
            RequestContext context = RequestContext.builder(metadata.requestId)
                    .traceId(metadata.traceId.orElse(null))
                    .deadline(after(signingLimit))
                    .auditDeadline(after(auditLimit))
                    .signingToken(request.signingToken().orElse(null))
                    .transportFacts(metadata.requestAttributes)
                    .whenEnded(ended -> event = ended)
                    .build();
            if (request instanceof CallbackRequest.ContainerSignature container) {
                // The protocol names no level.
                ContainerFormat format = signing.highestLevel(container.format());
                return CallbackResponse.bytes(
                        signing.signContainer(context, ContainerRequest.forDigest(format, container.digest())));
            }
            if (request instanceof CallbackRequest.RawSignature raw) {
                return CallbackResponse.bytes(signing.signRaw(context, raw.data()));
            }
            if (request instanceof CallbackRequest.Certificates) {
                return certificates.computeIfAbsent(signing.certificates(context), certificateEncoding::response);
            }
            throw new IllegalStateException("Unknown callback: " + request.action());
        }

        private Deadline after(Duration limit) {
            Duration left = limit.minus(metadata.waited);
            return Deadline.after(left.isNegative() ? Duration.ZERO : left);
        }
    }

    /** The settings of a handler. Not thread-safe. */
    public static class Config {

        /** The limits of a request. */
        public CallbackLimits limits = CallbackLimits.defaults();

        /** The form of certificates in the response to {@code get_certificates}. */
        public CertificateEncoding certificateEncoding = CertificateEncoding.PEM;

        /** The observers, in the order of the calls. The default is a {@link RequestLog} of all requests. */
        public List<CallbackObserver> observers = new ArrayList<>(List.of(new RequestLog()));

        /** The memory that all requests share for their texts. A request that finds none left gets a 503. */
        public MemoryBudget memory = new MemoryBudget(MemoryBudget.DEFAULT_BYTES);

        /** Creates the default settings. */
        public Config() {}
    }
}
