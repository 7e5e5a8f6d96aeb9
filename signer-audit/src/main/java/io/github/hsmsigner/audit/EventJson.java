package io.github.hsmsigner.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.LateSignature;
import io.github.hsmsigner.core.UndeliveredResponse;
import io.github.hsmsigner.core.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes the body of a line: an event as the inside of a JSON object (RFC 8259), with its fields in a fixed order and
 * without white space.
 */
final class EventJson {

    /**
     * Characters outside ASCII are escaped. Therefore no terminal or editor finds a line end or a change of direction
     * in a line. Text that is not well-formed Unicode can be recorded too.
     */
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final DateTimeFormatter MICROSECONDS =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

    /** The length of a UUID and of the identifiers of W3C Trace Context. */
    private static final int MAX_UNKNOWN_ID = 64;

    private EventJson() {}

    static byte[] request(AuditEvent event) {
        return object(event.time(), "request", json -> {
            json.writeStringField("request_id", requestId(event));
            write(json, "trace_id", event.traceId());
            json.writeStringField("action", name(event.action()));
            json.writeArrayFieldStart("callers");
            for (String caller : event.callers()) {
                json.writeString(caller);
            }
            json.writeEndArray();
            write(json, "client", event.client());
            write(json, "key", event.keyName());
            write(json, "certificate_serial", event.certificateSerial().map(serial -> serial.toString(16)));
            write(json, "algorithm", event.algorithm().map(algorithm -> name(algorithm.name())));
            write(
                    json,
                    "digest_algorithm",
                    event.digest().map(digest -> digest.algorithm().text()));
            write(json, "digest", event.digest().map(digest -> HexFormat.of().formatHex(digest.bytes())));
            write(json, "container", event.format().map(EventJson::name));
            write(json, "timestamp", timestamp(event));
            json.writeStringField("outcome", event.error().isEmpty() ? "ok" : "error");
            write(json, "error", event.error().map(ErrorCode::text));
            write(json, "unavailable_reason", event.unavailableReason().map(EventJson::name));
            json.writeNumberField("duration_us", event.duration().toNanos() / 1_000);
        });
    }

    /** Returns whether the container has the timestamp of level B-T; empty if none was requested or none was made. */
    private static Optional<String> timestamp(AuditEvent event) {
        if (event.timestampMissing()) {
            return Optional.of("missing");
        }
        boolean present = event.error().isEmpty()
                && event.format().filter(ContainerFormat::hasTimestamp).isPresent();
        return present ? Optional.of("present") : Optional.empty();
    }

    /** A stranger chooses up to 200 characters, and may fill the disk with them. */
    private static String requestId(AuditEvent event) {
        String id = event.requestId();
        return UnknownCallerLimiter.applies(event) && id.length() > MAX_UNKNOWN_ID
                ? id.substring(0, MAX_UNKNOWN_ID) + "..."
                : id;
    }

    /** The requests of unknown callers that have no separate line. */
    static byte[] unknownCallers(Instant time, UnknownCallerLimiter.Summary summary) {
        return object(time, "unknown_callers_summary", json -> {
            json.writeStringField("since", MICROSECONDS.format(summary.since()));
            json.writeNumberField("denied", summary.denied());
            json.writeNumberField("certificates", summary.certificates());
        });
    }

    /** A signer returned a signature whose request had been abandoned. */
    static byte[] signatureLate(LateSignature signature) {
        return object(signature.time(), "signature_late", json -> {
            json.writeStringField("request_id", signature.requestId());
            write(json, "trace_id", signature.traceId());
            json.writeStringField("key", signature.keyName());
            json.writeStringField("algorithm", name(signature.algorithm().name()));
            json.writeNumberField("late_us", signature.late().toNanos() / 1_000);
        });
    }

    /** The response to a request did not reach its client. */
    static byte[] responseUndelivered(UndeliveredResponse response) {
        return object(response.time(), "response_undelivered", json -> {
            json.writeStringField("request_id", response.requestId());
            write(json, "trace_id", response.traceId());
            write(json, "key", response.keyName());
            json.writeBooleanField("signature", response.signature());
        });
    }

    /** An unfinished line was moved from the end of the file. */
    static byte[] tornLine(Instant time, long length, String sha256, String keptAs) {
        return object(time, "torn_line_removed", json -> {
            json.writeNumberField("octets", length);
            json.writeStringField("sha256", sha256);
            json.writeStringField("kept_as", keptAs);
        });
    }

    /** The log can be written again. */
    static byte[] outageEnded(Instant time, Instant since, long notRecorded) {
        return object(time, "outage_ended", json -> {
            json.writeStringField("since", MICROSECONDS.format(since));
            json.writeNumberField("not_recorded", notRecorded);
        });
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] object(Instant time, String event, Fields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("time", MICROSECONDS.format(time));
            json.writeStringField("event", event);
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] object = out.toByteArray();
        return Arrays.copyOfRange(object, 1, object.length - 1);
    }

    private static void write(JsonGenerator json, String name, Optional<String> value) throws IOException {
        json.writeStringField(name, value.orElse(null));
    }

    private static String name(Enum<?> constant) {
        return name(constant.name());
    }

    static String name(String constant) {
        return constant.toLowerCase(Locale.ROOT);
    }
}
