package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.RawDataRule;
import java.time.Duration;
import java.util.List;

/** The settings of signatures. */
final class SignatureReader {

    private static final Duration SHORTEST = Duration.ofMillis(100);

    private static final Setting<Duration> DEADLINE = Setting.of(
                    "deadline",
                    ValueType.duration(SHORTEST, Duration.ofHours(1)),
                    "time from the last byte of a request to the last byte of its response, including errors;"
                            + " after it 503. A reserve of 500ms, at most a tenth, is for the audit log and the response."
                            + " Keep it below Document Engine's `SIGNING_SERVICE_TIMEOUT` (Helm chart: 10 seconds)")
            .byDefault("9s")
            .variable("SIGNING_SERVICE_DEADLINE");
    private static final Setting<Boolean> VERIFY_AFTER_SIGN = Setting.of(
                    "verify-after-sign", ValueType.truth(), "whether each signature is verified before it is returned")
            .byDefault("true");
    private static final Setting<String> CERTIFICATE_VALIDITY = Setting.of(
                    "certificate-validity",
                    ValueType.oneOf(List.of("required", "warn")),
                    "`required`: the service does not start with a certificate that is expired or not yet valid,"
                            + " and does not sign after it expires. `warn`: it logs a warning instead")
            .byDefault("required")
            .variable("SIGNING_CERTIFICATE_VALIDITY");
    private static final Setting<String> RAW_DATA = Setting.of(
                    "raw-data",
                    ValueType.oneOf(List.of("any", "warn", "signed-attributes")),
                    "data that `sign` signs, for any `signature_type`. `signed-attributes`: 400 for all data"
                            + " except the signed attributes of a CMS signature. `warn`: other data is signed, logged and"
                            + " counted. Use `signed-attributes` in production, after `warn` has counted nothing with your"
                            + " Document Engine")
            .byDefault("warn")
            .variable("SIGNING_RAW_DATA");
    private static final Setting<Boolean> COMPLETE_CHAINS = Setting.of(
                    "complete-chains",
                    ValueType.truth(),
                    "whether the service downloads missing issuers of a chain from the addresses in certificates")
            .byDefault("false")
            .variable("SIGNING_COMPLETE_CHAINS");
    private static final Setting<Boolean> REVOCATION_INFO = Setting.of(
                    "revocation-info",
                    ValueType.truth(),
                    "whether the service requests OCSP responses and CRLs and includes them in containers")
            .byDefault("false")
            .variable("SIGNING_REVOCATION_INFO");
    private static final Setting<Long> REVOCATION_MAX_SIZE = Setting.of(
                    "revocation-max-size",
                    ValueType.size(1L << 10, 64L << 20),
                    "maximum size of an OCSP response or CRL. Every container includes them, so large ones need"
                            + " memory")
            .byDefault("1MiB")
            .variable("SIGNING_REVOCATION_MAX_SIZE");

    private static final Setting<Integer> MAX_WAITING = Setting.of(
                    "max-waiting",
                    ValueType.number(0, 1_000_000),
                    "signatures that may wait for a session. A further one gets 503 immediately")
            .byDefault("128")
            .variable("SIGNING_SERVICE_QUEUE_MAX_WAITING");
    private static final Setting<Duration> MAX_WAIT = Setting.of(
                    "max-wait",
                    ValueType.duration(Duration.ofMillis(1), Duration.ofHours(1)),
                    "maximum time that a signature waits, never past the deadline; after it 503. Default: the"
                            + " deadline")
            .variable("SIGNING_SERVICE_QUEUE_MAX_WAIT");
    private static final Setting<SectionValues> QUEUE = Setting.of(
            "queue", new Shape.OfSection(Section.of(MAX_WAITING, MAX_WAIT), false), "the queue for each token");
    private static final Setting<SectionValues> TIMESTAMPS = Setting.of(
            "timestamps",
            new Shape.OfSection(TimestampReader.SECTION, true),
            "timestamps over signatures (RFC 3161): `sign_pkcs7` with `signature_type` `cades` has level B-T instead of B-B");

    static final Section SECTION = Section.of(
            DEADLINE,
            VERIFY_AFTER_SIGN,
            CERTIFICATE_VALIDITY,
            RAW_DATA,
            COMPLETE_CHAINS,
            REVOCATION_INFO,
            REVOCATION_MAX_SIZE,
            QUEUE,
            TIMESTAMPS);

    private SignatureReader() {}

    static SignatureSettings read(SectionValues values) {
        SectionValues queue = values.get(QUEUE).orElseThrow();
        return new SignatureSettings(
                values.or(DEADLINE),
                values.or(VERIFY_AFTER_SIGN),
                values.or(CERTIFICATE_VALIDITY).equals("required"),
                rule(values.or(RAW_DATA)),
                new QueueSettings(queue.or(MAX_WAITING), queue.get(MAX_WAIT).orElse(values.or(DEADLINE))),
                values.or(COMPLETE_CHAINS),
                values.or(REVOCATION_INFO),
                Math.toIntExact(values.or(REVOCATION_MAX_SIZE)),
                TimestampReader.read(values.get(TIMESTAMPS).orElseThrow()));
    }

    private static RawDataRule rule(String text) {
        return switch (text) {
            case "any" -> RawDataRule.ANY;
            case "warn" -> RawDataRule.WARN;
            case "signed-attributes" -> RawDataRule.SIGNED_ATTRIBUTES;
            default -> throw new IllegalArgumentException("Unknown rule for raw data: " + text);
        };
    }
}
