package io.github.hsmsigner.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The declarations of all own metrics: name, type, labels and description. The service exposes no other own metrics.
 * The tables of {@code docs/reference/metrics.md} are generated from these declarations.
 */
enum Metric {
    REQUESTS(
            counter("signer_requests_total", "action", "outcome"),
            "Answered HTTP requests. The action is unknown if it was not read."),
    UNAVAILABLE(
            counter("signer_requests_unavailable_total", "reason"),
            "Requests that failed with the outcome unavailable. Reasons: busy (all sessions or queue entries"
                    + " in use), late (no answer before the deadline), pin_rejected, key_missing, down. Down is the HSM,"
                    + " the network, a certificate, a timestamp or revocation server. Requests before the service has a"
                    + " key are only in signer_requests_total."),
    HTTP_LIMITED(
            counter("signer_http_limited_total", "limit"),
            "Requests and connections of clients that exceeded a limit of the callback port. 503:"
                    + " max_requests, request_memory. 408: client_share (a slow body was cut off for another client)."
                    + " Closed connections: max_connections, header_timeout, response_timeout."),
    CLIENT_DISCONNECTS(
            counter("signer_client_disconnects_total", "signature"),
            "Responses whose client had disconnected. The label signature is made if the response had one,"
                    + " otherwise none."),
    REQUEST_DURATION(
            histogram("signer_request_duration_seconds", "action", "result"),
            "Requests, from the end of the body to the line in the audit log; result is ok or error. Requests"
                    + " that are refused earlier are not included."),
    SIGNATURE_DURATION(
            histogram("signer_signature_duration_seconds", "key"),
            "Signatures in the signer of a key, with the wait for a session, retries and the HSM."),
    SIGNATURES_DISCARDED(
            counter("signer_signatures_discarded_total", "key"),
            "Discarded signatures that did not verify with the key's certificate."),
    SIGNATURES_LATE(
            counter("signer_late_signatures_total", "key"),
            "Signatures that came after the deadline, or after another token of the key had signed. No caller"
                    + " received them."),
    SIGNATURES_REFUSED(
            counter("signer_signatures_refused_total", "key"),
            "Signatures that the queue refused, because it was full or they waited too long."),
    TIMESTAMPS(
            counter("signer_timestamps_total", "result"),
            "PAdES containers with configured timestamps, by result: ok, or missing, because no authority"
                    + " answered and timestamps are not required."),
    REVOCATION_REFRESHES(
            counter("signer_revocation_refreshes_total", "result"),
            "Refreshes of OCSP responses and CRLs, with retries, by result: ok or failed. After a failure the"
                    + " previous response stays in use until its nextUpdate. Present only with revocation information."),
    RAW_DATA_DEVIATED(
            counter("signer_raw_data_deviated_total", "result"),
            "Requests for raw signatures over data other than the signed attributes of CMS: signed (raw-data"
                    + " warn) or refused (raw-data signed-attributes). Not counted with raw-data any."),
    QUEUE_DURATION(histogram("signer_queue_duration_seconds", "key"), "Waiting time in the queue for a permit."),
    QUEUE_PLACES(
            gauge("signer_queue_places", "queue"),
            "Permits of the queue: maximum number of signatures that use a session or wait for one at the" + " token."),
    QUEUE_SIGNING(gauge("signer_queue_signing", "queue"), "Signatures with a permit."),
    QUEUE_MAX_WAITING(
            gauge("signer_queue_max_waiting", "queue"), "Maximum number of signatures that wait for a permit."),
    QUEUE_WAITING(gauge("signer_queue_waiting", "queue"), "Signatures that wait for a permit."),
    QUEUE_REFUSED(counter("signer_queue_refused_total", "queue"), "Signatures that the queue refused."),

    HSM_DURATION(
            histogram("signer_hsm_duration_seconds", "token"),
            "Work in the PKCS#11 module, such as C_SignInit and C_Sign, without the wait for a session."),
    TOKEN_STATE(
            gauge("signer_token_state", "token", "state"),
            "1 for the current state, 0 for the others: healthy, degraded (signs with fewer sessions),"
                    + " unhealthy (does not sign, or is not connected yet)."),
    BREAKER_OPEN(
            gauge("signer_breaker_open", "token"),
            "1 while the circuit breaker is open, so that requests fail at once."),
    BREAKER_OPENED(counter("signer_breaker_opened_total", "token"), "How often the circuit breaker opened."),
    SESSIONS_CAPACITY(gauge("signer_sessions_capacity", "token"), "Current maximum number of sessions for signatures."),
    SESSIONS_IN_USE(gauge("signer_sessions_in_use", "token"), "Sessions in use, including sessions of hanging calls."),
    SESSIONS_IDLE(gauge("signer_sessions_idle", "token"), "Idle sessions."),
    SESSIONS_WAITING(gauge("signer_sessions_waiting", "token"), "Callers that wait for a session."),
    SESSIONS_OPENED(counter("signer_sessions_opened_total", "token"), "Opened sessions for signatures."),
    SESSIONS_CLOSED(
            counter("signer_sessions_closed_total", "token", "reason"),
            "Closed sessions for signatures: error, idle, expired (max-lifetime), generation_ended (login or"
                    + " module renewed), token_closed."),
    HUNG_CALLS(gauge("signer_hung_calls", "token"), "Calls in the module for longer than hang-limit."),
    CALLS_HUNG(counter("signer_calls_hung_total", "token"), "Calls that exceeded hang-limit, returned or not."),
    LOGINS(
            counter("signer_logins_total", "token", "result"),
            "C_Login by result: ok, or refused (wrong PIN or locked user)."),
    RECOVERIES(
            counter("signer_recoveries_total", "token", "module"),
            "Recoveries of login and keys. The label module is initialized if the module was initialised"
                    + " again, otherwise kept."),

    CERTIFICATE_EXPIRY(
            gauge("signer_certificate_expiry_timestamp_seconds", "key"),
            "Expiry of the key's certificate, in seconds since 1970."),
    CERTIFICATE_REMAINING(
            gauge("signer_certificate_remaining_days", "key"),
            "Days until the certificate expires; negative after its expiry."),

    TLS_CERTIFICATE_EXPIRY(
            gauge("signer_tls_certificate_expiry_timestamp_seconds"),
            "Expiry of the TLS certificate, in seconds since 1970. This metric and the next one are present"
                    + " only with TLS."),
    TLS_CERTIFICATE_REMAINING(
            gauge("signer_tls_certificate_remaining_days"),
            "Days until the TLS certificate expires; negative after its expiry."),
    AUDIT_LINES(
            counter("signer_audit_lines_total"),
            "Lines written to the audit log. This metric and the next five are present only with an audit log."),
    AUDIT_SYNCS(counter("signer_audit_syncs_total"), "Synchronisations of the audit log to disk."),
    AUDIT_NOT_RECORDED(
            counter("signer_audit_not_recorded_total"), "Requests that failed because they could not be recorded."),
    AUDIT_SUMMARIZED(
            counter("signer_audit_summarized_total"),
            "Requests of unknown callers, denied or for certificates, with only a summary line."),
    AUDIT_DISK_LOW(
            gauge("signer_audit_disk_low"), "1 while less disk space is free than the reserve of the audit log."),
    AUDIT_TROUBLE(gauge("signer_audit_trouble"), "1 while the audit log cannot be written."),

    READY(gauge("signer_ready"), "1 while /health/ready reports ready."),
    POLICY_OPEN(
            gauge("signer_policy_open"),
            "1 if every caller may sign because no policy is set, unless the settings acknowledge it."),
    RELOADS(
            counter("signer_reloads_total", "kind", "result"),
            "Reloads of changed files, by kind (pin, certificates, policy, tls) and result (ok, failed)."),
    FILES_CHECKED(
            gauge("signer_watched_files_checked_timestamp_seconds"),
            "Last check of the watched files (configuration, PIN, certificates, policy, TLS) without an"
                    + " error, in seconds since 1970. The service checks them every 2 seconds."),
    BUILD_INFO(gauge("signer_build_info", "version", "java_version"), "Always 1. The labels have the versions.");

    /** The types of metrics in Prometheus. A histogram is one of durations. */
    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Fixed, so that instances can be added up: from a fast signature in memory to the deadline of a request. */
    private static final long[] BUCKETS_MICROS = {
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        30_000_000
    };

    private final Series series;
    private final String description;

    Metric(Series series, String description) {
        this.series = series;
        this.description = description;
    }

    private static Series counter(String name, String... labels) {
        return new Series(Kind.COUNTER, name, List.of(labels));
    }

    private static Series gauge(String name, String... labels) {
        return new Series(Kind.GAUGE, name, List.of(labels));
    }

    private static Series histogram(String name, String... labels) {
        return new Series(Kind.HISTOGRAM, name, List.of(labels));
    }

    Kind kind() {
        return series.kind();
    }

    /** Returns the name in Prometheus, with the unit; of a histogram without {@code _bucket} and the like. */
    String exposedName() {
        return series.name();
    }

    /** Returns the name in Micrometer, from which its naming convention makes the exposed one. */
    String meterName() {
        return series.name().replace('_', '.');
    }

    String description() {
        return description;
    }

    List<String> labels() {
        return series.labels();
    }

    /** Registers a counter to increment. Equal labels return the same counter. */
    Counter registerCounter(MeterRegistry registry, String... labelValues) {
        require(Kind.COUNTER);
        return Counter.builder(meterName())
                .description(description)
                .tags(tags(labelValues))
                .register(registry);
    }

    /**
     * Registers a number that is read at each scrape, as a gauge or a counter. The number of a counter must never fall.
     * The registry keeps the supplier alive.
     */
    void registerNumber(MeterRegistry registry, Supplier<Number> number, String... labelValues) {
        if (kind() == Kind.COUNTER) {
            // Micrometer holds the object weakly, and the function strongly.
            FunctionCounter.builder(meterName(), this, metric -> number.get().doubleValue())
                    .description(description)
                    .tags(tags(labelValues))
                    .register(registry);
        } else {
            require(Kind.GAUGE);
            Gauge.builder(meterName(), number)
                    .description(description)
                    .tags(tags(labelValues))
                    .register(registry);
        }
    }

    /** Registers a gauge whose rows can change. */
    MultiGauge registerRows(MeterRegistry registry) {
        require(Kind.GAUGE);
        return MultiGauge.builder(meterName()).description(description).register(registry);
    }

    Timer registerHistogram(MeterRegistry registry, String... labelValues) {
        require(Kind.HISTOGRAM);
        return Timer.builder(meterName())
                .description(description)
                .tags(tags(labelValues))
                .serviceLevelObjectives(Arrays.stream(BUCKETS_MICROS)
                        .mapToObj(micros -> Duration.of(micros, ChronoUnit.MICROS))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    private void require(Kind expected) {
        if (kind() != expected) {
            throw new IllegalStateException(this + " is a " + kind().text() + ", not a " + expected.text() + ".");
        }
    }

    /** Returns the labels with these values. */
    Tags tags(String... labelValues) {
        if (labelValues.length != labels().size()) {
            throw new IllegalArgumentException(this + " has the labels " + labels() + ".");
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < labelValues.length; i++) {
            tags = tags.and(labels().get(i), labelValues[i]);
        }
        return tags;
    }

    private record Series(Kind kind, String name, List<String> labels) {}
}
