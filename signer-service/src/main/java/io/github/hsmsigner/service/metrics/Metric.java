package io.github.hsmsigner.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Every metric of our own: the one place that says its name, kind, labels and meaning. No other can be exposed, and
 * {@code docs/metrics.md} is made from this.
 */
enum Metric {
    REQUESTS(
            Kind.COUNTER,
            "signer_requests_total",
            "Requests answered over HTTP, each counted once. The action is unknown where it was not read; the outcome is ok or the code"
                    + " in the error answer.",
            "action",
            "outcome"),
    UNAVAILABLE(
            Kind.COUNTER,
            "signer_requests_unavailable_total",
            "Requests to the signing service that failed with the outcome unavailable, by reason: busy (all sessions or queue entries in"
                    + " use), late (no answer before the deadline), down (HSM, network, certificate, timestamp or revocation server),"
                    + " pin_rejected, key_missing. Requests before the service has a key are only in signer_requests_total.",
            "reason"),
    HTTP_LIMITED(
            Kind.COUNTER,
            "signer_http_limited_total",
            "Requests refused and connections closed because clients exceeded a limit of the callback port: max_requests (503),"
                    + " request_memory (503), client_share (a slow body was cut off for another client, 408), max_connections,"
                    + " header_timeout, response_timeout (connection closed).",
            "limit"),
    CLIENT_DISCONNECTS(
            Kind.COUNTER,
            "signer_client_disconnects_total",
            "Responses that did not reach their client, because it had disconnected; signature says whether the response held one: made"
                    + " or none.",
            "signature"),
    REQUEST_DURATION(
            Kind.HISTOGRAM,
            "signer_request_duration_seconds",
            "What the signing service was asked, from when the body is read to when the audit log has it; result is ok or error. Requests"
                    + " that are turned away before are not in it, nor is the time that a client takes to send.",
            "action",
            "result"),
    SIGNATURE_DURATION(
            Kind.HISTOGRAM,
            "signer_signature_duration_seconds",
            "A signature in the signer of a key: waiting for a session, retries and the HSM.",
            "key"),
    SIGNATURES_DISCARDED(
            Kind.COUNTER,
            "signer_signatures_discarded_total",
            "Signatures that did not verify with the key's certificate and were thrown away.",
            "key"),
    SIGNATURES_LATE(
            Kind.COUNTER,
            "signer_late_signatures_total",
            "Signatures that the signer returned after the deadline, when the request had been answered with 503, or after another token"
                    + " of the key had signed. No caller received them.",
            "key"),
    SIGNATURES_REFUSED(
            Kind.COUNTER,
            "signer_signatures_refused_total",
            "Signatures that the queue did not let in: it was full, or they waited too long.",
            "key"),
    TIMESTAMPS(
            Kind.COUNTER,
            "signer_timestamps_total",
            "CAdES containers that were to have a timestamp, by result: ok, or missing, because no authority answered and timestamps are"
                    + " not required. Requests that failed because no timestamp was available are in signer_requests_total.",
            "result"),
    RAW_DATA_DEVIATED(
            Kind.COUNTER,
            "signer_raw_data_deviated_total",
            "Raw signatures asked for over data that is not the signed attributes of a CMS signature, by result: signed (raw-data warn) or"
                    + " refused (raw-data signed-attributes). Not counted with raw-data any.",
            "result"),
    QUEUE_DURATION(
            Kind.HISTOGRAM,
            "signer_queue_duration_seconds",
            "The time that a signature waited in the queue before the signer, for those that were let in.",
            "key"),
    QUEUE_PLACES(
            Kind.GAUGE,
            "signer_queue_places",
            "How many signatures may be under way at once, those that wait for a session at the token included.",
            "queue"),
    QUEUE_SIGNING(
            Kind.GAUGE,
            "signer_queue_signing",
            "How many signatures are under way, those that wait for a session at the token included.",
            "queue"),
    QUEUE_MAX_WAITING(Kind.GAUGE, "signer_queue_max_waiting", "How many signatures may wait.", "queue"),
    QUEUE_WAITING(Kind.GAUGE, "signer_queue_waiting", "How many signatures wait.", "queue"),
    QUEUE_REFUSED(Kind.COUNTER, "signer_queue_refused_total", "Signatures that were not let in.", "queue"),

    HSM_DURATION(
            Kind.HISTOGRAM,
            "signer_hsm_duration_seconds",
            "Something done in the PKCS#11 module, such as C_SignInit and C_Sign; without waiting for a session.",
            "token"),
    TOKEN_STATE(
            Kind.GAUGE,
            "signer_token_state",
            "1 for the state that the token is in, 0 for the others: healthy, degraded (signs, with less than all sessions), unhealthy"
                    + " (does not sign, or is not connected yet).",
            "token",
            "state"),
    BREAKER_OPEN(
            Kind.GAUGE,
            "signer_breaker_open",
            "1 while requests fail at once because the token is known not to work, else 0.",
            "token"),
    BREAKER_OPENED(Kind.COUNTER, "signer_breaker_opened_total", "How often that began.", "token"),
    SESSIONS_CAPACITY(
            Kind.GAUGE,
            "signer_sessions_capacity",
            "How many sessions for signatures there may be at once now.",
            "token"),
    SESSIONS_IN_USE(Kind.GAUGE, "signer_sessions_in_use", "Sessions in use, those of hanging calls included.", "token"),
    SESSIONS_IDLE(Kind.GAUGE, "signer_sessions_idle", "Sessions that wait for use.", "token"),
    SESSIONS_WAITING(Kind.GAUGE, "signer_sessions_waiting", "Callers that wait for a session.", "token"),
    SESSIONS_OPENED(Kind.COUNTER, "signer_sessions_opened_total", "Sessions for signatures opened.", "token"),
    SESSIONS_CLOSED(
            Kind.COUNTER,
            "signer_sessions_closed_total",
            "Sessions for signatures closed, by reason: error, idle, expired (max-lifetime), generation_ended (login or module renewed),"
                    + " token_closed.",
            "token",
            "reason"),
    HUNG_CALLS(
            Kind.GAUGE,
            "signer_hung_calls",
            "Calls that are in the module for longer than hang-limit, and have not returned.",
            "token"),
    CALLS_HUNG(
            Kind.COUNTER,
            "signer_calls_hung_total",
            "Calls that were in the module for longer than hang-limit.",
            "token"),
    LOGINS(
            Kind.COUNTER,
            "signer_logins_total",
            "C_Login by result: ok, or refused, which is a wrong PIN or a locked user.",
            "token",
            "result"),
    RECOVERIES(
            Kind.COUNTER,
            "signer_recoveries_total",
            "Login and keys good again after trouble; module is initialized where the module had to be initialised again, else kept.",
            "token",
            "module"),

    CERTIFICATE_EXPIRY(
            Kind.GAUGE,
            "signer_certificate_expiry_timestamp_seconds",
            "When the certificate of the key expires, in seconds since 1970.",
            "key"),
    CERTIFICATE_REMAINING(
            Kind.GAUGE,
            "signer_certificate_remaining_days",
            "The days until then, with fractions; negative once it has expired.",
            "key"),

    TLS_CERTIFICATE_EXPIRY(
            Kind.GAUGE,
            "signer_tls_certificate_expiry_timestamp_seconds",
            "When the TLS certificate of the server expires, in seconds since 1970; present if there is TLS, as is the next one."),
    TLS_CERTIFICATE_REMAINING(
            Kind.GAUGE,
            "signer_tls_certificate_remaining_days",
            "The days until then, with fractions; negative once it has expired."),
    AUDIT_LINES(
            Kind.COUNTER,
            "signer_audit_lines_total",
            "Lines written to the audit log; present if there is one, as are the next five."),
    AUDIT_SYNCS(Kind.COUNTER, "signer_audit_syncs_total", "How often the disk of the audit log was waited for."),
    AUDIT_NOT_RECORDED(
            Kind.COUNTER,
            "signer_audit_not_recorded_total",
            "Requests that failed because they could not be recorded in the audit log."),
    AUDIT_SUMMARIZED(
            Kind.COUNTER,
            "signer_audit_summarized_total",
            "Requests of unknown callers, denied or for certificates, that were counted in a summary line instead of having their own."),
    AUDIT_DISK_LOW(
            Kind.GAUGE,
            "signer_audit_disk_low",
            "1 while less disk space is free than the reserve of the audit log, else 0. Requests of unknown callers are only counted"
                    + " then."),
    AUDIT_TROUBLE(Kind.GAUGE, "signer_audit_trouble", "1 while the audit log cannot be written, else 0."),

    READY(Kind.GAUGE, "signer_ready", "1 while the service is ready, as /health/ready says, else 0."),
    POLICY_OPEN(
            Kind.GAUGE,
            "signer_policy_open",
            "1 if every caller may sign because no policy is set, else 0; also 0 if the settings acknowledge the open policy."),
    RELOADS(
            Kind.COUNTER,
            "signer_reloads_total",
            "Changed settings taken up while running, or not, by kind (pin, certificates, policy, tls) and result (ok, failed).",
            "kind",
            "result"),
    FILES_CHECKED(
            Kind.GAUGE,
            "signer_watched_files_checked_timestamp_seconds",
            "When the watched files (configuration, PIN, certificates, policy, TLS) were last checked without an error, in seconds since"
                    + " 1970. They are checked every 2 seconds."),
    BUILD_INFO(Kind.GAUGE, "signer_build_info", "Always 1; the labels say what runs.", "version", "java_version");

    /** What a metric is to Prometheus. */
    enum Kind {
        COUNTER,
        GAUGE,
        /** Of durations, with the buckets of {@link #BUCKETS}. */
        HISTOGRAM;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Fixed, so that instances can be added up: from a fast signature in memory to the deadline of a request. */
    static final List<Duration> BUCKETS = List.of(
            Duration.ofNanos(200_000),
            Duration.ofNanos(500_000),
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30));

    private final Kind kind;
    private final String exposedName;
    private final String description;
    private final List<String> labels;

    Metric(Kind kind, String exposedName, String description, String... labels) {
        this.kind = kind;
        this.exposedName = exposedName;
        this.description = description;
        this.labels = List.of(labels);
    }

    Kind kind() {
        return kind;
    }

    /** The name in Prometheus, with the unit; of a histogram without {@code _bucket} and the like. */
    String exposedName() {
        return exposedName;
    }

    /** The name in Micrometer, from which its naming convention makes the exposed one. */
    String meterName() {
        return exposedName.replace('_', '.');
    }

    String description() {
        return description;
    }

    List<String> labels() {
        return labels;
    }

    /** A counter that is added to; equal labels give the same one. */
    Counter counter(MeterRegistry registry, String... labelValues) {
        require(Kind.COUNTER);
        return Counter.builder(meterName())
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    /** A counter that something else keeps; the number must never fall but to begin anew. The registry keeps the supplier alive. */
    FunctionCounter counter(MeterRegistry registry, Supplier<Number> total, String... labelValues) {
        require(Kind.COUNTER);
        // Micrometer holds the object weakly, and the function strongly.
        return FunctionCounter.builder(meterName(), this, metric -> total.get().doubleValue())
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    /** A number of the moment. The registry keeps the supplier alive. */
    Gauge gauge(MeterRegistry registry, Supplier<Number> value, String... labelValues) {
        require(Kind.GAUGE);
        return Gauge.builder(meterName(), value)
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    Timer histogram(MeterRegistry registry, String... labelValues) {
        require(Kind.HISTOGRAM);
        return Timer.builder(meterName())
                .description(description)
                .tags(tags(labelValues))
                .serviceLevelObjectives(BUCKETS.toArray(Duration[]::new))
                .register(registry);
    }

    private void require(Kind expected) {
        if (kind != expected) {
            throw new IllegalStateException(this + " is a " + kind.text() + ", not a " + expected.text() + ".");
        }
    }

    private Tags tags(String... labelValues) {
        if (labelValues.length != labels.size()) {
            throw new IllegalArgumentException(this + " has the labels " + labels + ".");
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < labelValues.length; i++) {
            tags = tags.and(labels.get(i), labelValues[i]);
        }
        return tags;
    }
}
