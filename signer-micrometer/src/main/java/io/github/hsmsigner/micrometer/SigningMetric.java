package io.github.hsmsigner.micrometer;

import static io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind.COUNTER;
import static io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind.GAUGE;
import static io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind.HISTOGRAM;

import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import java.util.List;

/**
 * The metrics of signing services, keys, queues, tokens and audit logs. A table of {@code docs/reference/metrics.md} is
 * generated from these declarations.
 */
enum SigningMetric implements MetricDeclaration {
    REQUEST_DURATION(
            HISTOGRAM,
            "signer_request_duration_seconds",
            "Requests, from the end of the body to the line in the audit log; result is ok or error."
                    + " Requests that are refused earlier are not included.",
            "action",
            "result"),
    UNAVAILABLE(
            COUNTER,
            "signer_requests_unavailable_total",
            "Requests that failed with the outcome unavailable. Reasons: busy (all sessions or queue"
                    + " entries in use), late (no answer before the deadline), pin_rejected, key_missing, down. Down"
                    + " is the HSM, the network, a certificate, a timestamp or revocation server. Requests before the"
                    + " service has a key are only in signer_requests_total.",
            "reason"),
    TIMESTAMPS(
            COUNTER,
            "signer_timestamps_total",
            "PAdES containers with configured timestamps, by result: ok, or missing, because no authority"
                    + " answered and timestamps are not required.",
            "result"),
    RAW_DATA_DEVIATED(
            COUNTER,
            "signer_raw_data_deviated_total",
            "Requests for raw signatures over data other than the signed attributes of CMS: signed"
                    + " (raw-data warn) or refused (raw-data signed-attributes). Not counted with raw-data any.",
            "result"),
    SIGNATURE_DURATION(
            HISTOGRAM,
            "signer_signature_duration_seconds",
            "Signatures in the signer of a key, with the wait for a session, retries and the HSM.",
            "key"),
    SIGNATURES_DISCARDED(
            COUNTER,
            "signer_signatures_discarded_total",
            "Discarded signatures that did not verify with the key's certificate.",
            "key"),
    SIGNATURES_LATE(
            COUNTER,
            "signer_late_signatures_total",
            "Signatures that came after the deadline, or after another token of the key had signed. No"
                    + " caller received them.",
            "key"),
    SIGNATURES_REFUSED(
            COUNTER,
            "signer_signatures_refused_total",
            "Signatures that the queue refused, because it was full or they waited too long.",
            "key"),
    REVOCATION_REFRESHES(
            COUNTER,
            "signer_revocation_refreshes_total",
            "Refreshes of OCSP responses and CRLs, with retries, by result: ok or failed. After a failure"
                    + " the previous response stays in use until its nextUpdate. Present only with revocation"
                    + " information.",
            "result"),
    QUEUE_DURATION(HISTOGRAM, "signer_queue_duration_seconds", "Waiting time in the queue for a permit.", "key"),
    QUEUE_PLACES(
            GAUGE,
            "signer_queue_places",
            "Permits of the queue: maximum number of signatures that use a session or wait for one at the" + " token.",
            "queue"),
    QUEUE_SIGNING(GAUGE, "signer_queue_signing", "Signatures with a permit.", "queue"),
    QUEUE_MAX_WAITING(
            GAUGE, "signer_queue_max_waiting", "Maximum number of signatures that wait for a permit.", "queue"),
    QUEUE_WAITING(GAUGE, "signer_queue_waiting", "Signatures that wait for a permit.", "queue"),
    QUEUE_REFUSED(COUNTER, "signer_queue_refused_total", "Signatures that the queue refused.", "queue"),
    HSM_DURATION(
            HISTOGRAM,
            "signer_hsm_duration_seconds",
            "Work in the PKCS#11 module, such as C_SignInit and C_Sign, without the wait for a session.",
            "token"),
    TOKEN_STATE(
            GAUGE,
            "signer_token_state",
            "1 for the current state, 0 for the others: healthy, degraded (signs with fewer sessions),"
                    + " unhealthy (does not sign, or is not connected yet).",
            "token",
            "state"),
    BREAKER_OPEN(
            GAUGE,
            "signer_breaker_open",
            "1 while the circuit breaker is open, so that requests fail at once.",
            "token"),
    BREAKER_OPENED(COUNTER, "signer_breaker_opened_total", "How often the circuit breaker opened.", "token"),
    SESSIONS_CAPACITY(GAUGE, "signer_sessions_capacity", "Current maximum number of sessions for signatures.", "token"),
    SESSIONS_IN_USE(GAUGE, "signer_sessions_in_use", "Sessions in use, including sessions of hanging calls.", "token"),
    SESSIONS_IDLE(GAUGE, "signer_sessions_idle", "Idle sessions.", "token"),
    SESSIONS_WAITING(GAUGE, "signer_sessions_waiting", "Callers that wait for a session.", "token"),
    SESSIONS_OPENED(COUNTER, "signer_sessions_opened_total", "Opened sessions for signatures.", "token"),
    SESSIONS_CLOSED(
            COUNTER,
            "signer_sessions_closed_total",
            "Closed sessions for signatures: error, idle, expired (max-lifetime), generation_ended (login"
                    + " or module renewed), token_closed.",
            "token",
            "reason"),
    HUNG_CALLS(GAUGE, "signer_hung_calls", "Calls in the module for longer than hang-limit.", "token"),
    CALLS_HUNG(COUNTER, "signer_calls_hung_total", "Calls that exceeded hang-limit, returned or not.", "token"),
    LOGINS(
            COUNTER,
            "signer_logins_total",
            "C_Login by result: ok, or refused (wrong PIN or locked user).",
            "token",
            "result"),
    RECOVERIES(
            COUNTER,
            "signer_recoveries_total",
            "Recoveries of login and keys. The label module is initialized if the module was initialised"
                    + " again, otherwise kept.",
            "token",
            "module"),
    CERTIFICATE_EXPIRY(
            GAUGE,
            "signer_certificate_expiry_timestamp_seconds",
            "Expiry of the key's certificate, in seconds since 1970.",
            "key"),
    CERTIFICATE_REMAINING(
            GAUGE,
            "signer_certificate_remaining_days",
            "Days until the certificate expires; negative after its expiry.",
            "key"),
    AUDIT_LINES(
            COUNTER,
            "signer_audit_lines_total",
            "Lines written to the audit log. This metric and the next five are present only with an audit" + " log."),
    AUDIT_SYNCS(COUNTER, "signer_audit_syncs_total", "Synchronisations of the audit log to disk."),
    AUDIT_NOT_RECORDED(
            COUNTER, "signer_audit_not_recorded_total", "Requests that failed because they could not be recorded."),
    AUDIT_SUMMARIZED(
            COUNTER,
            "signer_audit_summarized_total",
            "Requests of unknown callers, denied or for certificates, with only a summary line."),
    AUDIT_DISK_LOW(
            GAUGE, "signer_audit_disk_low", "1 while less disk space is free than the reserve of the audit log."),
    AUDIT_TROUBLE(GAUGE, "signer_audit_trouble", "1 while the audit log cannot be written.");

    private final Series series;

    SigningMetric(Kind kind, String name, String description, String... labels) {
        series = new Series(kind, name, List.of(labels), description);
    }

    @Override
    public Series series() {
        return series;
    }
}
