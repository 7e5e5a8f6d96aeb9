package io.github.hsmsigner.service.config;

import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.service.server.ClientLimits;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The settings of the HTTP side. */
final class ServerReader {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_COUNT = 1_000_000;

    private static final Setting<String> ADDRESS = Setting.of(
                    "address", ValueType.host(), "address to listen on; 0.0.0.0 for all")
            .byDefault("0.0.0.0")
            .variable("SIGNING_SERVICE_ADDRESS");
    private static final Setting<Integer> PORT = Setting.of(
                    "port", ValueType.number(0, MAX_PORT), "port of the callback; 0 for any free port")
            .byDefault("6000")
            .variable("SIGNING_SERVICE_PORT");
    private static final Setting<String> PATH = Setting.of("path", ValueType.urlPath(), "path of the callback")
            .byDefault("/sign")
            .variable("SIGNING_SERVICE_PATH");
    private static final Setting<CertificateEncoding> CERTIFICATE_ENCODING = Setting.of(
                    "certificate-encoding",
                    ValueType.oneOf(CertificateEncoding.class),
                    "encoding in the answer of `get_certificates`: Base64 of PEM, or Base64 of DER")
            .byDefault("pem")
            .variable("SIGNING_SERVICE_CERTIFICATE_ENCODING");
    private static final Setting<Duration> STOP_LIMIT = Setting.of(
                    "stop-limit",
                    ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
                    "time that requests may take to finish after SIGTERM. Set it below the grace period of the"
                            + " orchestrator")
            .byDefault("20s")
            .variable("SIGNING_SERVICE_STOP_LIMIT");

    private static final Setting<List<String>> ALLOWED_HOSTS = Setting.of(
                    "allowed-hosts",
                    new Shape.Several<>(ValueType.hostName(), Shape.Several.SPACE_OR_COMMA),
                    "hosts, without ports, that the header `Host` of a callback can name. Default: any")
            .variable("SIGNING_SERVICE_ALLOWED_HOSTS");

    private static final Setting<String> ADMIN_ADDRESS = Setting.of(
                    "address", ValueType.host(), "address for health and metrics. Default: the address of the callback")
            .variable("SIGNING_SERVICE_ADMIN_ADDRESS");
    private static final Setting<Integer> ADMIN_PORT = Setting.of(
                    "port",
                    ValueType.number(0, MAX_PORT),
                    "port for health and metrics, always plain HTTP. Default: the port of the callback")
            .variable("SIGNING_SERVICE_ADMIN_PORT");

    private static final Setting<Long> MAX_BODY = Setting.of(
                    "max-body",
                    ValueType.size(1, Long.MAX_VALUE),
                    "largest request body; the default carries contents of 1 GiB")
            .byDefault("1503238553")
            .variable("SIGNING_SERVICE_MAX_BODY_BYTES");
    private static final Setting<Integer> MAX_NESTING = Setting.of(
                    "max-nesting", ValueType.number(1, MAX_COUNT), "maximum nesting of the JSON, including its object")
            .byDefault("32");
    private static final Setting<Integer> MAX_JSON_TOKENS = Setting.of(
                    "max-json-tokens",
                    ValueType.number(32, MAX_COUNT),
                    "maximum number of names, values, and beginnings and ends of objects and arrays in the JSON")
            .byDefault("128");
    private static final Setting<Integer> MAX_NAME = Setting.of(
                    "max-name", ValueType.number(17, MAX_COUNT), "longest name of a JSON field, in bytes of UTF-8")
            .byDefault("128");
    private static final Setting<Integer> MAX_TEXT = Setting.of(
                    "max-text",
                    ValueType.number(128, MAX_COUNT),
                    "longest text of a JSON field, in characters, except for signing tokens and texts in Base64")
            .byDefault("256");
    private static final Setting<Integer> MAX_SIGNING_TOKEN = Setting.of(
            "max-signing-token",
            ValueType.number(16, MAX_COUNT),
            "longest signing token, in characters. Default: 16384, or `max-token` of a JWT policy if that is more");
    private static final Setting<Long> MAX_REQUEST_MEMORY = Setting.of(
                    "max-request-memory",
                    ValueType.size(0, 1L << 40),
                    "heap that all requests together may use for long texts and for bodies that are read ahead."
                            + " A request whose texts exceed it gets 503")
            .byDefault("4MiB");
    private static final Setting<Integer> MAX_NUMBER = Setting.of(
                    "max-number", ValueType.number(1, MAX_COUNT), "longest number in the JSON, in characters")
            .byDefault("256");
    private static final Setting<Long> MAX_HEADER = Setting.of(
                    "max-header", ValueType.size(1_024, 1L << 20), "largest header of a request")
            .byDefault("8KiB");
    private static final Setting<Integer> MAX_HEADER_FIELDS = Setting.of(
                    "max-header-fields",
                    ValueType.number(8, MAX_COUNT),
                    "maximum number of fields in the header of a request")
            .byDefault("64");
    private static final Setting<Duration> IDLE_TIMEOUT = Setting.of(
                    "idle-timeout",
                    ValueType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
                    "maximum silence on a connection")
            .byDefault("30s")
            .variable("SIGNING_SERVICE_IDLE_TIMEOUT");
    private static final Setting<Long> MIN_RATE = Setting.of(
                    "min-rate",
                    ValueType.size(0, 1L << 30),
                    "minimum average rate of a body, in bytes per second; 0 for any rate")
            .byDefault("1KiB");
    private static final Setting<Duration> SLOW_GRACE = Setting.of(
                    "slow-grace",
                    ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
                    "time for which a body may be slower than `min-rate`")
            .byDefault("10s");
    private static final Setting<Integer> MAX_CONNECTIONS = Setting.of(
                    "max-connections", ValueType.number(1, MAX_COUNT), "maximum number of connections at the same time")
            .byDefault("1024")
            .variable("SIGNING_SERVICE_MAX_CONNECTIONS");
    private static final Setting<Integer> MAX_REQUESTS = Setting.of(
                    "max-requests",
                    ValueType.number(1, MAX_COUNT),
                    "maximum number of callbacks at the same time, including callbacks that wait or still send"
                            + " their body. A further one gets 503")
            .byDefault("256")
            .variable("SIGNING_SERVICE_MAX_REQUESTS");

    private static final Setting<Long> MIN_AVERAGE_RATE = Setting.of(
                    "min-average-rate",
                    ValueType.size(0, 1L << 30),
                    "minimum average rate of a body after `average-grace`, in bytes per second, over the whole"
                            + " time; 0 for any rate")
            .byDefault("64KiB");
    private static final Setting<Duration> AVERAGE_GRACE = Setting.of(
                    "average-grace",
                    ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
                    "time that a body may take in addition to the time that `min-average-rate` allows for its"
                            + " length")
            .byDefault("60s");
    private static final Setting<Duration> RESPONSE_TIMEOUT = Setting.of(
                    "response-timeout",
                    ValueType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
                    "time in which a client must receive a response")
            .byDefault("30s");
    private static final Setting<Boolean> SHARE_BY_ADDRESS = Setting.of(
                    "share-by-address",
                    ValueType.truth(),
                    "whether each client address has a share of `max-requests` while other addresses wait. Set"
                            + " `false` if a proxy forwards the requests of all clients")
            .byDefault("true")
            .variable("SIGNING_SERVICE_SHARE_BY_ADDRESS");

    private static final Setting<SectionValues> TLS =
            Setting.of("tls", new Shape.OfSection(TlsReader.SECTION, true), "TLS on the port of the callback");
    private static final Setting<SectionValues> ADMIN = Setting.of(
            "admin",
            new Shape.OfSection(Section.of(ADMIN_ADDRESS, ADMIN_PORT), true),
            "separate port for health and metrics");
    private static final Setting<SectionValues> LIMITS = Setting.of(
            "limits",
            new Shape.OfSection(
                    Section.of(
                            MAX_BODY,
                            MAX_NESTING,
                            MAX_JSON_TOKENS,
                            MAX_NAME,
                            MAX_TEXT,
                            MAX_SIGNING_TOKEN,
                            MAX_REQUEST_MEMORY,
                            MAX_NUMBER,
                            MAX_HEADER,
                            MAX_HEADER_FIELDS,
                            IDLE_TIMEOUT,
                            MIN_RATE,
                            SLOW_GRACE,
                            MIN_AVERAGE_RATE,
                            AVERAGE_GRACE,
                            RESPONSE_TIMEOUT,
                            SHARE_BY_ADDRESS,
                            MAX_CONNECTIONS,
                            MAX_REQUESTS),
                    false),
            "limits on clients");

    static final Section SECTION =
            Section.of(ADDRESS, PORT, PATH, CERTIFICATE_ENCODING, STOP_LIMIT, ALLOWED_HOSTS, TLS, ADMIN, LIMITS);

    private ServerReader() {}

    /** Returns whether only this machine can connect to the callback's port. */
    static boolean isLoopback(SectionValues values) {
        return values.get(ADDRESS).map(ListenerSettings::isLoopback).orElse(false);
    }

    /**
     * Reads the settings.
     *
     * @param longestJwt the longest JSON Web Token that a policy accepts, in bytes; 0 if there is no such policy
     */
    static ServerSettings read(SectionValues values, int longestJwt) {
        ListenerSettings listener = new ListenerSettings(values.or(ADDRESS), values.or(PORT));
        SectionValues limits = values.get(LIMITS).orElseThrow();
        return new ServerSettings(
                listener,
                values.or(PATH),
                TlsReader.read(values.get(TLS).orElseThrow()),
                admin(values.get(ADMIN).orElseThrow(), listener),
                callbackLimits(limits, longestJwt),
                values.or(CERTIFICATE_ENCODING),
                clientLimits(limits),
                values.or(STOP_LIMIT),
                Set.copyOf(values.get(ALLOWED_HOSTS).orElse(List.of())));
    }

    /** Returns the listeners whose settings can be used. */
    static List<ListenerSettings> usableListeners(SectionValues values, ServerSettings read) {
        if (!values.isUsable(ADDRESS)) {
            return List.of();
        }
        return Stream.concat(
                        Stream.of(read.listener()).filter(callback -> values.isUsable(PORT)),
                        read.admin().stream().filter(admin -> values.isUsable(ADMIN)))
                .toList();
    }

    /** TLS, if it is set and its settings can be used. */
    static Optional<TlsSettings> usableTls(SectionValues values, ServerSettings read) {
        return read.tls().filter(tls -> values.isUsable(TLS));
    }

    private static Optional<ListenerSettings> admin(SectionValues values, ListenerSettings callback) {
        if (!values.isAnythingSet()) {
            return Optional.empty();
        }
        Optional<Integer> port = values.require(ADMIN_PORT);
        if (port.filter(p -> p != 0 && p == callback.port()).isPresent()) {
            values.problems()
                    .add(values.where(ADMIN_PORT), "is the port of the callback; leave it out, or set another one");
        }
        return port.map(p -> new ListenerSettings(values.get(ADMIN_ADDRESS).orElse(callback.address()), p));
    }

    private static CallbackLimits callbackLimits(SectionValues values, int longestJwt) {
        CallbackLimits defaults = CallbackLimits.defaults();
        CallbackLimits.Json json = new CallbackLimits.Json(
                values.or(MAX_NESTING),
                values.or(MAX_JSON_TOKENS),
                values.or(MAX_NAME),
                values.or(MAX_TEXT),
                values.get(MAX_SIGNING_TOKEN).orElse(Math.max(defaults.json().maxSigningTokenLength(), longestJwt)),
                values.or(MAX_NUMBER));
        return new CallbackLimits(values.or(MAX_BODY), json, defaults.minimumDataRate(), defaults.timeLimit());
    }

    private static ClientLimits clientLimits(SectionValues values) {
        return new ClientLimits(
                values.or(MAX_HEADER).intValue(),
                values.or(MAX_HEADER_FIELDS),
                values.or(IDLE_TIMEOUT),
                values.or(MIN_RATE).intValue(),
                values.or(SLOW_GRACE),
                values.or(MAX_CONNECTIONS),
                values.or(MAX_REQUESTS),
                values.or(MAX_REQUEST_MEMORY),
                values.or(MIN_AVERAGE_RATE).intValue(),
                values.or(AVERAGE_GRACE),
                values.or(RESPONSE_TIMEOUT),
                values.or(SHARE_BY_ADDRESS));
    }
}
