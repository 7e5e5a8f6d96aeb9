package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfList;
import io.github.hsmsigner.service.config.SettingType.OfSection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The creation of signatures and containers. Immutable. */
public record SignatureSettings(
        Duration deadline,
        boolean verifyAfterSign,
        boolean validCertificateRequired,
        RawDataRule rawData,
        QueueSettings queue,
        boolean completeChains,
        boolean revocationInfo,
        int revocationMaxSize,
        Optional<TimestampSettings> timestamps) {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration HOUR = Duration.ofHours(1);

    static final Section SECTION = new Section();
    private static final Setting<Duration> DEADLINE = SECTION.define(
            setting("deadline", "SIGNING_SERVICE_DEADLINE", duration(SHORTEST, HOUR), "9s"),
            "time from the last byte of a request to the last byte of its response; after it 503. Keep it below"
                    + " Document Engine's `SIGNING_SERVICE_TIMEOUT`");
    private static final Setting<Boolean> VERIFY_AFTER_SIGN = SECTION.define(
            setting("verify-after-sign", TRUTH, "true"), "whether to verify each signature before it is returned");
    private static final Setting<String> CERTIFICATE_VALIDITY = SECTION.define(
            setting("certificate-validity", "SIGNING_CERTIFICATE_VALIDITY", oneOf("required", "warn"), "required"),
            "`required`: no startup and no signature with a certificate outside its validity. `warn`: a warning");
    private static final Setting<RawDataRule> RAW_DATA = SECTION.define(
            setting("raw-data", "SIGNING_RAW_DATA", oneOf(RawDataRule.class), "warn"),
            "data that `sign` signs: see [Raw data](protocol.md#raw-data)");
    private static final Setting<Boolean> COMPLETE_CHAINS = SECTION.define(
            setting("complete-chains", "SIGNING_COMPLETE_CHAINS", TRUTH, "false"),
            "whether to download missing issuers from the addresses in certificates");
    private static final Setting<Boolean> REVOCATION_INFO = SECTION.define(
            setting("revocation-info", "SIGNING_REVOCATION_INFO", TRUTH, "false"),
            "whether to request OCSP responses and CRLs for containers");
    private static final Setting<Long> REVOCATION_MAX_SIZE = SECTION.define(
            setting("revocation-max-size", "SIGNING_REVOCATION_MAX_SIZE", size(1L << 10, 64L << 20), "1MiB"),
            "maximum size of an OCSP response or CRL, which every container includes");

    private static final Section QUEUE = new Section();
    private static final Setting<Integer> MAX_WAITING = QUEUE.define(
            setting("max-waiting", "SIGNING_SERVICE_QUEUE_MAX_WAITING", number(0, 1_000_000), "128"),
            "signatures that may wait for a session; beyond it 503");
    private static final Setting<Duration> MAX_WAIT = QUEUE.define(
            setting("max-wait", "SIGNING_SERVICE_QUEUE_MAX_WAIT", duration(Duration.ofMillis(1), HOUR)),
            "maximum time to wait, never past the deadline; after it 503. Default: the deadline");
    private static final Setting<SectionValues> QUEUE_SECTION =
            SECTION.define(setting("queue", OfSection.required(QUEUE)), "the queue for each token");

    private static final Section TIMESTAMPS = new Section();
    private static final Setting<List<URI>> ADDRESSES = TIMESTAMPS.define(
            setting("addresses", "SIGNING_TIMESTAMP_ADDRESSES", new ListOf<>(HTTP_ADDRESS)),
            "addresses of timestamp authorities, in the order of use");

    private static final Section AUTHORITY = new Section();
    private static final Setting<URI> ADDRESS =
            AUTHORITY.define(setting("address", HTTP_ADDRESS), "address of the authority");
    private static final Setting<String> POLICY =
            AUTHORITY.define(setting("policy", OID), "OID of the requested policy. Default: the authority chooses");
    private static final Setting<List<Path>> TRUSTED = AUTHORITY.define(
            setting("trusted", ListOf.separatedByColons(FILE)),
            "files with trusted certificates for the authority's. Default: every certificate is trusted");
    private static final Setting<String> USER =
            AUTHORITY.define(setting("user", text("a user's name")), "user for HTTP basic authentication");
    private static final Setting<Secret> PASSWORD =
            AUTHORITY.define(setting("password", SecretType.SECRET), "password of that user");

    private static final Setting<List<SectionValues>> AUTHORITIES = TIMESTAMPS.define(
            setting("authorities", new OfList(AUTHORITY)),
            "timestamp authorities with more settings, instead of `addresses`");
    private static final Setting<Boolean> REQUIRED = TIMESTAMPS.define(
            setting("required", "SIGNING_TIMESTAMP_REQUIRED", TRUTH, "true"),
            "`true`: 503 if no authority answers. `false`: the signature has level B-B then");
    private static final Setting<Duration> ATTEMPT_LIMIT = TIMESTAMPS.define(
            setting("attempt-limit", duration(SHORTEST, Duration.ofMinutes(5)), "5s"),
            "maximum time to wait for one authority");
    private static final Setting<SectionValues> TIMESTAMPS_SECTION = SECTION.define(
            setting("timestamps", OfSection.optional(TIMESTAMPS)),
            "timestamps over signatures (RFC 3161): see [Protocol](protocol.md#timestamps)");

    /** {@return the largest revocation information of a container, in bytes; 0 if containers have none} */
    public long largestRevocationInfo() {
        return revocationInfo ? revocationMaxSize : 0;
    }

    /** The queue of signatures before a token. Immutable. */
    public record QueueSettings(int maxWaiting, Duration maxWait) {}

    /** Timestamps (RFC 3161), which make level B-T of level B-B, from at least one authority. Immutable. */
    public record TimestampSettings(List<Authority> authorities, boolean required, Duration attemptLimit) {

        /** A timestamp authority. Immutable. */
        public record Authority(URI address, Optional<String> policy, List<Path> trusted, Optional<Login> login) {

            static Authority of(URI address) {
                return new Authority(address, Optional.empty(), List.of(), Optional.empty());
            }
        }

        /** HTTP basic authentication (RFC 7617). Immutable. */
        public record Login(String user, Secret password) {}
    }

    static SignatureSettings read(SectionValues values) {
        SectionValues queue = values.value(QUEUE_SECTION);
        Duration deadline = values.value(DEADLINE);
        return new SignatureSettings(
                deadline,
                values.value(VERIFY_AFTER_SIGN),
                values.value(CERTIFICATE_VALIDITY).equals("required"),
                values.value(RAW_DATA),
                new QueueSettings(queue.value(MAX_WAITING), queue.getOrDefault(MAX_WAIT, deadline)),
                values.value(COMPLETE_CHAINS),
                values.value(REVOCATION_INFO),
                Math.toIntExact(values.value(REVOCATION_MAX_SIZE)),
                values.optional(TIMESTAMPS_SECTION).flatMap(SignatureSettings::timestamps));
    }

    private static Optional<TimestampSettings> timestamps(SectionValues values) {
        values.atMostOne("name timestamp authorities", ADDRESSES, AUTHORITIES);
        Optional<List<TimestampSettings.Authority>> authorities = values.isSet(AUTHORITIES)
                ? values.each(AUTHORITIES, SignatureSettings::authority)
                : values.require(ADDRESSES)
                        .map(v -> v.value(ADDRESSES).stream()
                                .map(TimestampSettings.Authority::of)
                                .toList());
        return authorities
                .filter(all -> !all.isEmpty())
                .map(all -> new TimestampSettings(all, values.value(REQUIRED), values.value(ATTEMPT_LIMIT)));
    }

    private static Optional<TimestampSettings.Authority> authority(SectionValues values) {
        List<Path> trusted = values.getOrDefault(TRUSTED, List.of());
        trusted.forEach(file -> values.attempt(TRUSTED, () -> CertificateFiles.readIssuers(file)));
        Optional<TimestampSettings.Login> login = Optional.of(values)
                .filter(v -> v.isAnySet(USER, PASSWORD))
                .flatMap(v -> v.require(USER, PASSWORD))
                .map(v -> new TimestampSettings.Login(v.value(USER), v.value(PASSWORD)));
        return values.require(ADDRESS)
                .map(v -> new TimestampSettings.Authority(v.value(ADDRESS), v.get(POLICY), trusted, login));
    }
}
