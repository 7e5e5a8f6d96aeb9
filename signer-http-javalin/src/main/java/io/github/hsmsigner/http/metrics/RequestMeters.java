package io.github.hsmsigner.http.metrics;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts and measures requests. All its meters are made at once: a counter that is there from the start shows its first increase, and
 * no request looks one up by name.
 */
final class RequestMeters {

    private static final String UNKNOWN = "unknown";

    private final Map<CallbackAction, Meters> byAction = new EnumMap<>(CallbackAction.class);
    private final Map<Outcome, Counter> unknownAction;

    RequestMeters(MeterRegistry registry) {
        for (CallbackAction action : CallbackAction.values()) {
            byAction.put(action, new Meters(registry, action.text()));
        }
        unknownAction = counters(registry, UNKNOWN);
    }

    private static Map<Outcome, Counter> counters(MeterRegistry registry, String action) {
        Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counters.put(outcome, Metric.REQUESTS.counter(registry, action, outcome.text()));
        }
        return counters;
    }

    /** A request that the signing service has served or refused. */
    void served(AuditEvent event) {
        Meters meters = byAction.get(action(event.action()));
        Optional<ErrorCode> error = event.error();
        Outcome outcome = error.isPresent() ? Outcome.of(error.get()) : Outcome.OK;
        meters.counters.get(outcome).increment();
        (outcome == Outcome.OK ? meters.succeeded : meters.failed).record(event.duration());
    }

    /** A callback that was answered without the signing service. */
    void turnedAway(Optional<CallbackAction> action, String outcome) {
        Map<Outcome, Counter> counters =
                action.map(known -> byAction.get(known).counters).orElse(unknownAction);
        counters.get(Outcome.ofAnswer(outcome)).increment();
    }

    private static CallbackAction action(SigningAction action) {
        return switch (action) {
            case CERTIFICATES -> CallbackAction.GET_CERTIFICATES;
            case RAW_SIGNATURE -> CallbackAction.SIGN;
            case CONTAINER -> CallbackAction.SIGN_PKCS7;
        };
    }

    private static final class Meters {
        private final Map<Outcome, Counter> counters;
        private final Timer succeeded;
        private final Timer failed;

        Meters(MeterRegistry registry, String action) {
            counters = counters(registry, action);
            succeeded = Metric.REQUEST_DURATION.histogram(registry, action, "ok");
            failed = Metric.REQUEST_DURATION.histogram(registry, action, "error");
        }
    }
}
