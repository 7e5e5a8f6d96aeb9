package io.github.hsmsigner.service.metrics;

import static io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind.COUNTER;
import static io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind.GAUGE;

import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import java.util.List;

/**
 * The metrics of the service itself: HTTP, readiness, files, version. A table of {@code docs/reference/metrics.md} is
 * generated from these declarations.
 */
enum Metric implements MetricDeclaration {
    REQUESTS(
            COUNTER,
            "signer_requests_total",
            "Answered HTTP requests. The action is unknown if it was not read.",
            "action",
            "outcome"),
    HTTP_LIMITED(
            COUNTER,
            "signer_http_limited_total",
            "Requests and connections of clients that exceeded a limit of the callback port. 503:"
                    + " max_requests, request_memory. 408: client_share (a slow body was cut off for another client)."
                    + " Closed connections: max_connections, header_timeout, response_timeout.",
            "limit"),
    CLIENT_DISCONNECTS(
            COUNTER,
            "signer_client_disconnects_total",
            "Responses whose client had disconnected. The label signature is made if the response had one,"
                    + " otherwise none.",
            "signature"),
    TLS_CERTIFICATE_EXPIRY(
            GAUGE,
            "signer_tls_certificate_expiry_timestamp_seconds",
            "Expiry of the TLS certificate, in seconds since 1970. This metric and the next one are present"
                    + " only with TLS."),
    TLS_CERTIFICATE_REMAINING(
            GAUGE,
            "signer_tls_certificate_remaining_days",
            "Days until the TLS certificate expires; negative after its expiry."),
    READY(GAUGE, "signer_ready", "1 while /health/ready reports ready."),
    POLICY_OPEN(
            GAUGE,
            "signer_policy_open",
            "1 if every caller may sign because no policy is set, unless the settings acknowledge it."),
    RELOADS(
            COUNTER,
            "signer_reloads_total",
            "Reloads of changed files, by kind (pin, certificates, policy, tls) and result (ok, failed).",
            "kind",
            "result"),
    FILES_CHECKED(
            GAUGE,
            "signer_watched_files_checked_timestamp_seconds",
            "Last check of the watched files (configuration, PIN, certificates, policy, TLS) without an"
                    + " error, in seconds since 1970. The service checks them every 2 seconds."),
    BUILD_INFO(GAUGE, "signer_build_info", "Always 1. The labels have the versions.", "version", "java_version");

    private final Series series;

    Metric(Kind kind, String name, String description, String... labels) {
        series = new Series(kind, name, List.of(labels), description);
    }

    @Override
    public Series series() {
        return series;
    }
}
