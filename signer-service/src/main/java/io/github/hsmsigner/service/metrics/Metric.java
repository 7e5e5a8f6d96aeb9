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
            "Answered HTTP requests, each counted once. The action is unknown if it was not read; the"
                    + " outcome is ok or the code of the error.",
            "action",
            "outcome"),
    UNAVAILABLE(
            Kind.COUNTER,
            "signer_requests_unavailable_total",
            "Requests to the signing service that failed with the outcome unavailable, by reason. Reasons: busy (all sessions or queue"
                    + " entries in use), late (no answer before the deadline), pin_rejected, key_missing, down (HSM, network,"
                    + " certificate, timestamp or revocation server). Requests before the service has a key are only in"
                    + " signer_requests_total.",
            "reason"),
    HTTP_LIMITED(
            Kind.COUNTER,
            "signer_http_limited_total",
            "Requests refused and connections closed because clients exceeded a limit of the callback port. Limits with 503: max_requests,"
                    + " request_memory. Limit with 408: client_share (a slow body was cut off for another client). Limits that close the"
                    + " connection: max_connections, header_timeout, response_timeout.",
            "limit"),
    CLIENT_DISCONNECTS(
            Kind.COUNTER,
            "signer_client_disconnects_total",
            "Responses that did not reach their client, because it had disconnected. The label signature"
                    + " is made if the response had one, otherwise none.",
            "signature"),
    REQUEST_DURATION(
            Kind.HISTOGRAM,
            "signer_request_duration_seconds",
            "Requests to the signing service, from the end of the body to the line in the audit log;"
                    + " result is ok or error. It excludes requests that are refused earlier, and the time in"
                    + " which a client sends its body.",
            "action",
            "result"),
    SIGNATURE_DURATION(
            Kind.HISTOGRAM,
            "signer_signature_duration_seconds",
            "A signature in the signer of a key, including the wait for a session, retries and the HSM.",
            "key"),
    SIGNATURES_DISCARDED(
            Kind.COUNTER,
            "signer_signatures_discarded_total",
            "Signatures that did not verify with the key's certificate and were discarded.",
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
            "Signatures that the queue refused, because it was full or they waited too long.",
            "key"),
    TIMESTAMPS(
            Kind.COUNTER,
            "signer_timestamps_total",
            "CAdES containers with configured timestamps, by result: ok, or missing, because no"
                    + " authority answered and timestamps are not required. Requests that failed because no"
                    + " timestamp was available are in signer_requests_total.",
            "result"),
    REVOCATION_REFRESHES(
            Kind.COUNTER,
            "signer_revocation_refreshes_total",
            "Refreshes of OCSP responses and CRLs in the background, by result: ok, or failed, retries"
                    + " included. After a failure the previous response stays in use until its nextUpdate. Present only"
                    + " with revocation information.",
            "result"),
    RAW_DATA_DEVIATED(
            Kind.COUNTER,
            "signer_raw_data_deviated_total",
            "Requests for raw signatures over data that is not the signed attributes of a CMS signature,"
                    + " by result: signed (raw-data warn) or refused (raw-data signed-attributes). Not counted"
                    + " with raw-data any.",
            "result"),
    QUEUE_DURATION(
            Kind.HISTOGRAM,
            "signer_queue_duration_seconds",
            "Waiting time of signatures in the queue, until they got a permit.",
            "key"),
    QUEUE_PLACES(
            Kind.GAUGE,
            "signer_queue_places",
            "Permits of the queue: the maximum number of signatures that use a session or wait for one"
                    + " at the token.",
            "queue"),
    QUEUE_SIGNING(
            Kind.GAUGE,
            "signer_queue_signing",
            "Signatures with a permit, which use a session or wait for one at the token.",
            "queue"),
    QUEUE_MAX_WAITING(
            Kind.GAUGE, "signer_queue_max_waiting", "Maximum number of signatures that wait for a permit.", "queue"),
    QUEUE_WAITING(Kind.GAUGE, "signer_queue_waiting", "Signatures that wait for a permit.", "queue"),
    QUEUE_REFUSED(Kind.COUNTER, "signer_queue_refused_total", "Signatures that the queue refused.", "queue"),

    HSM_DURATION(
            Kind.HISTOGRAM,
            "signer_hsm_duration_seconds",
            "Duration of work in the PKCS#11 module, such as C_SignInit and C_Sign, without the wait for"
                    + " a session.",
            "token"),
    TOKEN_STATE(
            Kind.GAUGE,
            "signer_token_state",
            "1 for the current state of the token, 0 for the others: healthy, degraded (signs with fewer"
                    + " sessions), unhealthy (does not sign, or is not connected yet).",
            "token",
            "state"),
    BREAKER_OPEN(
            Kind.GAUGE,
            "signer_breaker_open",
            "1 while the circuit breaker is open, so that requests fail at once, otherwise 0.",
            "token"),
    BREAKER_OPENED(
            Kind.COUNTER, "signer_breaker_opened_total", "Number of times that the circuit breaker opened.", "token"),
    SESSIONS_CAPACITY(
            Kind.GAUGE, "signer_sessions_capacity", "Current maximum number of sessions for signatures.", "token"),
    SESSIONS_IN_USE(
            Kind.GAUGE, "signer_sessions_in_use", "Sessions in use, including sessions of hanging calls.", "token"),
    SESSIONS_IDLE(Kind.GAUGE, "signer_sessions_idle", "Idle sessions.", "token"),
    SESSIONS_WAITING(Kind.GAUGE, "signer_sessions_waiting", "Callers that wait for a session.", "token"),
    SESSIONS_OPENED(Kind.COUNTER, "signer_sessions_opened_total", "Opened sessions for signatures.", "token"),
    SESSIONS_CLOSED(
            Kind.COUNTER,
            "signer_sessions_closed_total",
            "Closed sessions for signatures, by reason: error, idle, expired (max-lifetime),"
                    + " generation_ended (login or module renewed), token_closed.",
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
            "Recoveries of login and keys. The label module is initialized if the module was initialised"
                    + " again, otherwise kept.",
            "token",
            "module"),

    CERTIFICATE_EXPIRY(
            Kind.GAUGE,
            "signer_certificate_expiry_timestamp_seconds",
            "Expiry of the key's certificate, in seconds since 1970.",
            "key"),
    CERTIFICATE_REMAINING(
            Kind.GAUGE,
            "signer_certificate_remaining_days",
            "Days until the certificate expires, with fractions; negative after its expiry.",
            "key"),

    TLS_CERTIFICATE_EXPIRY(
            Kind.GAUGE,
            "signer_tls_certificate_expiry_timestamp_seconds",
            "Expiry of the server's TLS certificate, in seconds since 1970. This metric and the next one"
                    + " are present only with TLS."),
    TLS_CERTIFICATE_REMAINING(
            Kind.GAUGE,
            "signer_tls_certificate_remaining_days",
            "Days until the certificate expires, with fractions; negative after its expiry."),
    AUDIT_LINES(
            Kind.COUNTER,
            "signer_audit_lines_total",
            "Lines written to the audit log. This metric and the next five are present only with an" + " audit log."),
    AUDIT_SYNCS(Kind.COUNTER, "signer_audit_syncs_total", "Number of synchronisations of the audit log to disk."),
    AUDIT_NOT_RECORDED(
            Kind.COUNTER,
            "signer_audit_not_recorded_total",
            "Requests that failed because they could not be recorded in the audit log."),
    AUDIT_SUMMARIZED(
            Kind.COUNTER,
            "signer_audit_summarized_total",
            "Requests of unknown callers, denied or for certificates, that have no separate line and are"
                    + " counted in a summary line."),
    AUDIT_DISK_LOW(
            Kind.GAUGE,
            "signer_audit_disk_low",
            "1 while less disk space is free than the reserve of the audit log, otherwise 0. Requests of"
                    + " unknown callers are then only counted."),
    AUDIT_TROUBLE(Kind.GAUGE, "signer_audit_trouble", "1 while the audit log cannot be written, otherwise 0."),

    READY(Kind.GAUGE, "signer_ready", "1 while /health/ready reports ready, otherwise 0."),
    POLICY_OPEN(
            Kind.GAUGE,
            "signer_policy_open",
            "1 if every caller may sign because no policy is set, otherwise 0. Also 0 if the settings"
                    + " acknowledge the open policy."),
    RELOADS(
            Kind.COUNTER,
            "signer_reloads_total",
            "Reloads of changed files, by kind (pin, certificates, policy, tls) and result (ok, failed).",
            "kind",
            "result"),
    FILES_CHECKED(
            Kind.GAUGE,
            "signer_watched_files_checked_timestamp_seconds",
            "Last check of the watched files (configuration, PIN, certificates, policy, TLS) without an"
                    + " error, in seconds since 1970. The service checks them every 2 seconds."),
    BUILD_INFO(Kind.GAUGE, "signer_build_info", "Always 1. The labels have the versions.", "version", "java_version");

    /** The types of metrics in Prometheus. */
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

    /** Returns the name in Prometheus, with the unit; of a histogram without {@code _bucket} and the like. */
    String exposedName() {
        return exposedName;
    }

    /** Returns the name in Micrometer, from which its naming convention makes the exposed one. */
    String meterName() {
        return exposedName.replace('_', '.');
    }

    String description() {
        return description;
    }

    List<String> labels() {
        return labels;
    }

    /** Returns a counter to increment. Equal labels return the same counter. */
    Counter counter(MeterRegistry registry, String... labelValues) {
        require(Kind.COUNTER);
        return Counter.builder(meterName())
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    /**
     * Makes a counter over an external number. The number must never fall, except to start again from zero. The
     * registry keeps the supplier alive.
     */
    FunctionCounter counter(MeterRegistry registry, Supplier<Number> total, String... labelValues) {
        require(Kind.COUNTER);
        // Micrometer holds the object weakly, and the function strongly.
        return FunctionCounter.builder(meterName(), this, metric -> total.get().doubleValue())
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    /** Makes a gauge of a current number. The registry keeps the supplier alive. */
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
