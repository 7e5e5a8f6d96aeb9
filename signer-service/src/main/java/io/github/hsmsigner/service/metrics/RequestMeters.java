package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts and measures requests. All meters are created at startup, so that a counter shows its first increase. No
 * request looks up a meter by name.
 *
 * <p>The counters count answers where they are given. Therefore each request counts once, whether or not it reached the
 * signing service. The durations are those of the signing service.
 */
final class RequestMeters {

    /** The outcome of a report with a code that {@link HttpErrorCode} lacks. */
    private static final String OTHER_OUTCOME = "other";

    private final Map<Optional<CallbackAction>, Map<String, Counter>> answers = new HashMap<>();
    private final Map<SigningAction, Timer> succeeded = new EnumMap<>(SigningAction.class);
    private final Map<SigningAction, Timer> failed = new EnumMap<>(SigningAction.class);
    private final Map<Reason, Counter> unavailable = new EnumMap<>(Reason.class);
    private final Counter disconnectsWithSignature;
    private final Counter disconnects;
    private final Counter timestamps;
    private final Counter timestampsMissing;

    RequestMeters(MeterRegistry registry) {
        answers.put(Optional.empty(), counters(registry, "unknown"));
        for (CallbackAction action : CallbackAction.values()) {
            answers.put(Optional.of(action), counters(registry, action.text()));
        }
        for (Reason reason : Reason.values()) {
            unavailable.put(reason, Metric.UNAVAILABLE.registerCounter(registry, reason.text()));
        }
        disconnectsWithSignature = Metric.CLIENT_DISCONNECTS.registerCounter(registry, "made");
        disconnects = Metric.CLIENT_DISCONNECTS.registerCounter(registry, "none");
        timestamps = Metric.TIMESTAMPS.registerCounter(registry, "ok");
        timestampsMissing = Metric.TIMESTAMPS.registerCounter(registry, "missing");
        for (SigningAction action : SigningAction.values()) {
            succeeded.put(action, Metric.REQUEST_DURATION.registerHistogram(registry, text(action), "ok"));
            failed.put(action, Metric.REQUEST_DURATION.registerHistogram(registry, text(action), "error"));
        }
    }

    private static Map<String, Counter> counters(MeterRegistry registry, String action) {
        return outcomes()
                .collect(Collectors.toUnmodifiableMap(
                        outcome -> outcome, outcome -> Metric.REQUESTS.registerCounter(registry, action, outcome)));
    }

    /** Returns the values of the label {@code outcome}. There are no others, whatever a client sends. */
    static Stream<String> outcomes() {
        return Stream.concat(
                Stream.of("ok", OTHER_OUTCOME),
                Arrays.stream(HttpErrorCode.values()).map(HttpErrorCode::text));
    }

    private static String text(SigningAction action) {
        return switch (action) {
            case CERTIFICATES -> CallbackAction.GET_CERTIFICATES.text();
            case RAW_SIGNATURE -> CallbackAction.SIGN.text();
            case CONTAINER -> CallbackAction.SIGN_PKCS7.text();
        };
    }

    /** Counts a request that the signing service has served or refused. */
    void ended(AuditEvent event) {
        (event.error().isEmpty() ? succeeded : failed).get(event.action()).record(event.duration());
        event.unavailableReason().ifPresent(reason -> unavailable.get(reason).increment());
        if (event.timestampMissing()) {
            timestampsMissing.increment();
        } else if (event.error().isEmpty()
                && event.format().filter(ContainerFormat::hasTimestamp).isPresent()) {
            timestamps.increment();
        }
    }

    /** Counts an answer that did not reach its client. */
    void clientDisconnected(boolean signature) {
        (signature ? disconnectsWithSignature : disconnects).increment();
    }

    /** Counts an answer. */
    void answered(Optional<CallbackAction> action, String outcome) {
        Map<String, Counter> counters = answers.get(action);
        counters.getOrDefault(outcome, counters.get(OTHER_OUTCOME)).increment();
    }
}
