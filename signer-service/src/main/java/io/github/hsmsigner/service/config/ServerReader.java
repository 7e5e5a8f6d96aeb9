package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfSection;
import io.github.hsmsigner.service.server.ClientLimits;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsSettings.ClientCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The settings of the HTTP server. */
final class ServerReader {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_COUNT = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final CallbackLimits CALLBACK = CallbackLimits.defaults();
    private static final CallbackLimits.Json JSON = CALLBACK.json();

    static final Section SECTION = new Section();
    private static final Setting<String> ADDRESS = SECTION.define(
            setting("address", "SIGNING_SERVICE_ADDRESS", HOST, "0.0.0.0"), "address to listen on; 0.0.0.0 for all");
    static final Setting<Integer> PORT = SECTION.define(
            setting("port", "SIGNING_SERVICE_PORT", number(0, MAX_PORT), "6000"),
            "port of the callback; 0 for any free port");
    private static final Setting<String> PATH =
            SECTION.define(setting("path", "SIGNING_SERVICE_PATH", URL_PATH, "/sign"), "path of the callback");
    private static final Setting<CertificateEncoding> CERTIFICATE_ENCODING = SECTION.define(
            setting(
                    "certificate-encoding",
                    "SIGNING_SERVICE_CERTIFICATE_ENCODING",
                    oneOf(CertificateEncoding.class),
                    "pem"),
            "form of certificates, inside Base64, in the answer of `get_certificates`");
    private static final Setting<Duration> STOP_LIMIT = SECTION.define(
            setting("stop-limit", "SIGNING_SERVICE_STOP_LIMIT", duration(Duration.ZERO, HOUR), "20s"),
            "time for requests to finish after SIGTERM");
    private static final Setting<List<String>> ALLOWED_HOSTS = SECTION.define(
            setting("allowed-hosts", "SIGNING_SERVICE_ALLOWED_HOSTS", new ListOf<>(HOST_NAME)),
            "hosts that the header `Host` of a callback can name. Default: any");
    private static final Setting<Integer> WARM_UP = SECTION.define(
            setting("warm-up-requests", "SIGNING_SERVICE_WARM_UP_REQUESTS", number(0, MAX_COUNT), "0"),
            "number of requests with a throw-away key before the service is [ready](../explanation/performance.md#warm-up);"
                    + " 0 for none");

    private static final Section TLS = new Section();
    private static final Setting<Path> CERTIFICATE = TLS.define(
            setting("certificate", "SIGNING_SERVICE_TLS_CERTIFICATE", FILE),
            "PEM file with the server's certificate and its issuers. It enables TLS");
    private static final Setting<Path> PRIVATE_KEY = TLS.define(
            setting("private-key", "SIGNING_SERVICE_TLS_PRIVATE_KEY", FILE),
            "PEM file with the private key: PKCS#8, PKCS#1 or SEC 1");
    private static final Setting<Secret> PRIVATE_KEY_PASSWORD = TLS.define(
            setting("private-key-password", "SIGNING_SERVICE_TLS_PRIVATE_KEY_PASSWORD", SecretType.SECRET),
            "password of the private key, if it is encrypted");
    private static final Setting<ClientCertificates> CLIENT_CERTIFICATES = TLS.define(
            setting(
                    "client-certificates",
                    "SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES",
                    oneOf(ClientCertificates.class),
                    "none"),
            "whether to request or require a [client certificate](../guides/access-policies.md#client-certificate)");
    private static final Setting<List<Path>> CLIENT_AUTHORITIES = TLS.define(
            setting("client-authorities", "SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES", ListOf.separatedByColons(FILE)),
            "PEM files with the trusted authorities of client certificates");

    private static final Section ADMIN = new Section();
    private static final Setting<String> ADMIN_ADDRESS = ADMIN.define(
            setting("address", "SIGNING_SERVICE_ADMIN_ADDRESS", HOST),
            "its address. Default: the address of the callback");
    private static final Setting<Integer> ADMIN_PORT = ADMIN.define(
            setting("port", "SIGNING_SERVICE_ADMIN_PORT", number(0, MAX_PORT)),
            "port for health and metrics, always plain HTTP. Default: the port of the callback");

    private static final Section LIMITS = new Section();
    private static final Setting<Long> MAX_BODY = LIMITS.define(
            setting("max-body", "SIGNING_SERVICE_MAX_BODY_BYTES", size(1, Long.MAX_VALUE), CALLBACK.maxBodyBytes()),
            "largest request body; the default carries contents of 1 GiB");
    private static final Setting<Integer> MAX_NESTING = LIMITS.define(
            setting("max-nesting", number(1, MAX_COUNT), JSON.maxNestingDepth()),
            "maximum nesting of the JSON, including its object");
    private static final Setting<Integer> MAX_JSON_TOKENS = LIMITS.define(
            setting("max-json-tokens", number(32, MAX_COUNT), JSON.maxTokens()),
            "maximum number of [JSON tokens](protocol.md#limits)");
    private static final Setting<Integer> MAX_NAME = LIMITS.define(
            setting("max-name", number(17, MAX_COUNT), JSON.maxNameLength()),
            "longest name of a JSON field, in bytes of UTF-8");
    private static final Setting<Integer> MAX_TEXT = LIMITS.define(
            setting("max-text", number(128, MAX_COUNT), JSON.maxTextLength()),
            "longest text of a JSON field, except signing tokens and Base64, in characters");
    private static final Setting<Integer> MAX_SIGNING_TOKEN = LIMITS.define(
            setting("max-signing-token", number(16, MAX_COUNT)),
            "longest signing token, in characters. Default: " + JSON.maxSigningTokenLength()
                    + ", or `max-token` of a JWT policy if that is more");
    private static final Setting<Long> MAX_REQUEST_MEMORY = LIMITS.define(
            setting("max-request-memory", size(0, 1L << 40), "4MiB"),
            "heap of all requests together for long texts; beyond it 503");
    private static final Setting<Integer> MAX_NUMBER = LIMITS.define(
            setting("max-number", number(1, MAX_COUNT), JSON.maxNumberLength()),
            "longest number in the JSON, in characters");
    private static final Setting<Long> MAX_HEADER =
            LIMITS.define(setting("max-header", size(1_024, 1L << 20), "8KiB"), "largest header of a request");
    private static final Setting<Integer> MAX_HEADER_FIELDS =
            LIMITS.define(setting("max-header-fields", number(8, MAX_COUNT), "64"), "maximum number of header fields");
    private static final Setting<Duration> IDLE_TIMEOUT = LIMITS.define(
            setting("idle-timeout", "SIGNING_SERVICE_IDLE_TIMEOUT", duration(SHORTEST, HOUR), "30s"),
            "maximum silence on a connection");
    private static final Setting<Long> MIN_RATE = LIMITS.define(
            setting("min-rate", size(0, 1L << 30), "1KiB"),
            "minimum rate of a body, in bytes per second; 0 for any rate");
    private static final Setting<Duration> SLOW_GRACE = LIMITS.define(
            setting("slow-grace", duration(Duration.ZERO, HOUR), "10s"),
            "time for which a body may be slower than `min-rate`");
    private static final Setting<Long> MIN_AVERAGE_RATE = LIMITS.define(
            setting("min-average-rate", size(0, 1L << 30), "64KiB"),
            "minimum average rate of a body after `average-grace`, in bytes per second; 0 for any rate");
    private static final Setting<Duration> AVERAGE_GRACE = LIMITS.define(
            setting("average-grace", duration(Duration.ZERO, HOUR), "60s"),
            "time for a body in addition to its length at `min-average-rate`");
    private static final Setting<Duration> RESPONSE_TIMEOUT = LIMITS.define(
            setting("response-timeout", duration(SHORTEST, HOUR), "30s"), "time for a client to receive a response");
    private static final Setting<Boolean> SHARE_BY_ADDRESS = LIMITS.define(
            setting("share-by-address", "SIGNING_SERVICE_SHARE_BY_ADDRESS", TRUTH, "true"),
            "whether each client address has a share of `max-requests`. Set `false` behind a proxy");
    private static final Setting<Integer> MAX_CONNECTIONS = LIMITS.define(
            setting("max-connections", "SIGNING_SERVICE_MAX_CONNECTIONS", number(1, MAX_COUNT), "1024"),
            "maximum number of connections");
    private static final Setting<Integer> MAX_REQUESTS = LIMITS.define(
            setting("max-requests", "SIGNING_SERVICE_MAX_REQUESTS", number(1, MAX_COUNT), "256"),
            "maximum number of callbacks at the same time, also waiting ones; beyond it 503");

    private static final Setting<SectionValues> TLS_SECTION =
            SECTION.define(setting("tls", OfSection.optional(TLS)), "TLS on the port of the callback");
    private static final Setting<SectionValues> ADMIN_SECTION =
            SECTION.define(setting("admin", OfSection.optional(ADMIN)), "separate port for health and metrics");
    private static final Setting<SectionValues> LIMITS_SECTION =
            SECTION.define(setting("limits", OfSection.required(LIMITS)), "limits on clients");

    private ServerReader() {}

    /** Returns whether only this machine can connect to the callback's port. */
    static boolean isLoopback(SectionValues values) {
        return values.get(ADDRESS).map(ListenerSettings::isLoopback).orElse(false);
    }

    /**
     * Reads the settings. The longest JSON Web Token that a policy accepts is in bytes; 0 if there is no such policy.
     * The callback applies the deadline of signatures, which is empty if it cannot be used.
     */
    static ServerSettings read(SectionValues values, int longestJwt, Optional<Duration> deadline) {
        ListenerSettings listener = new ListenerSettings(values.value(ADDRESS), values.value(PORT));
        SectionValues limits = values.value(LIMITS_SECTION);
        return new ServerSettings(
                listener,
                values.value(PATH),
                values.optional(TLS_SECTION).flatMap(ServerReader::tls),
                values.optional(ADMIN_SECTION).flatMap(admin -> admin(admin, listener)),
                callbackLimits(limits, longestJwt, deadline),
                values.value(CERTIFICATE_ENCODING),
                clientLimits(limits),
                values.value(STOP_LIMIT),
                Set.copyOf(values.getOrDefault(ALLOWED_HOSTS, List.of())),
                values.value(WARM_UP));
    }

    /** Returns the listeners whose settings can be used. */
    static List<ListenerSettings> usableListeners(SectionValues values, ServerSettings read) {
        if (!values.isUsable(ADDRESS)) {
            return List.of();
        }
        return Stream.concat(
                        Stream.of(read.listener()).filter(callback -> values.isUsable(PORT)),
                        read.admin().stream().filter(admin -> values.isUsable(ADMIN_SECTION)))
                .toList();
    }

    /** Returns TLS, if it is set and its settings can be used. */
    static Optional<TlsSettings> usableTls(SectionValues values, ServerSettings read) {
        return read.tls().filter(tls -> values.isUsable(TLS_SECTION));
    }

    private static Optional<TlsSettings> tls(SectionValues values) {
        ClientCertificates clients = values.value(CLIENT_CERTIFICATES);
        if (clients == ClientCertificates.NONE && values.isSet(CLIENT_AUTHORITIES)) {
            values.report(
                    CLIENT_AUTHORITIES,
                    "counts only if " + values.where(CLIENT_CERTIFICATES) + " is optional or required");
        } else if (clients != ClientCertificates.NONE) {
            values.require(CLIENT_AUTHORITIES);
        }
        return values.require(CERTIFICATE, PRIVATE_KEY)
                .map(v -> new TlsSettings(
                        v.value(CERTIFICATE),
                        v.value(PRIVATE_KEY),
                        v.get(PRIVATE_KEY_PASSWORD),
                        clients,
                        v.getOrDefault(CLIENT_AUTHORITIES, List.of())));
    }

    private static Optional<ListenerSettings> admin(SectionValues values, ListenerSettings callback) {
        if (callback.port() != 0
                && values.get(ADMIN_PORT)
                        .filter(port -> port == callback.port())
                        .isPresent()) {
            values.report(ADMIN_PORT, "is the port of the callback; leave it out, or set another one");
        }
        return values.require(ADMIN_PORT)
                .map(v -> new ListenerSettings(v.getOrDefault(ADMIN_ADDRESS, callback.address()), v.value(ADMIN_PORT)));
    }

    private static CallbackLimits callbackLimits(SectionValues values, int longestJwt, Optional<Duration> deadline) {
        CallbackLimits.Json json = new CallbackLimits.Json(
                values.value(MAX_NESTING),
                values.value(MAX_JSON_TOKENS),
                values.value(MAX_NAME),
                values.value(MAX_TEXT),
                values.getOrDefault(MAX_SIGNING_TOKEN, Math.max(JSON.maxSigningTokenLength(), longestJwt)),
                values.value(MAX_NUMBER));
        return new CallbackLimits(
                values.value(MAX_BODY), json, CALLBACK.minimumDataRate(), deadline.orElse(CALLBACK.timeLimit()));
    }

    private static ClientLimits clientLimits(SectionValues values) {
        return new ClientLimits(
                values.value(MAX_HEADER).intValue(),
                values.value(MAX_HEADER_FIELDS),
                values.value(IDLE_TIMEOUT),
                values.value(MIN_RATE).intValue(),
                values.value(SLOW_GRACE),
                values.value(MAX_CONNECTIONS),
                values.value(MAX_REQUESTS),
                values.value(MAX_REQUEST_MEMORY),
                values.value(MIN_AVERAGE_RATE).intValue(),
                values.value(AVERAGE_GRACE),
                values.value(RESPONSE_TIMEOUT),
                values.value(SHARE_BY_ADDRESS));
    }
}
