package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts answers where they are given. Therefore each request counts once, whether or not it reached the signing
 * service. All meters are created at startup, so that a counter shows its first increase. No request looks up a meter
 * by name.
 */
final class RequestMeters {

    /** The outcome of a report with a code that {@link HttpErrorCode} lacks. */
    private static final String OTHER_OUTCOME = "other";

    private final Map<Optional<CallbackAction>, Map<String, Counter>> answers = new HashMap<>();
    private final Counter disconnectsWithSignature;
    private final Counter disconnects;

    RequestMeters(MeterRegistry registry) {
        answers.put(Optional.empty(), counters(registry, "unknown"));
        for (CallbackAction action : CallbackAction.values()) {
            answers.put(Optional.of(action), counters(registry, action.text()));
        }
        disconnectsWithSignature = Metric.CLIENT_DISCONNECTS.registerCounter(registry, "made");
        disconnects = Metric.CLIENT_DISCONNECTS.registerCounter(registry, "none");
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
