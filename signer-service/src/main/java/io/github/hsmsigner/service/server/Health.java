package io.github.hsmsigner.service.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The health of the service at one moment, as {@code /health/ready} reports it to operators. Every caller of the health
 * checks can read the texts. They never hold a secret. Immutable.
 *
 * @param reasons why requests cannot be served, one sentence each; empty if they can
 * @param warnings what works but needs a change, one sentence each, such as a policy that lets every caller sign
 */
public record Health(boolean ready, List<String> reasons, List<String> warnings, List<Part> parts) {

    private static final JsonFactory JSON = new JsonFactory();

    public Health {
        reasons = List.copyOf(reasons);
        warnings = List.copyOf(warnings);
        parts = List.copyOf(parts);
    }

    /** {@return the health of a service that can serve requests and has no warnings} */
    public static Health good() {
        return new Health(true, List.of(), List.of(), List.of());
    }

    /** {@return the health of a service that cannot serve requests, with the reason as one sentence} */
    public static Health notReady(String reason) {
        return new Health(false, List.of(reason), List.of(), List.of());
    }

    /** Returns JSON with the readiness, and the reasons, warnings and parts that are not empty. */
    byte[] json() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeStringField("status", ready ? "ready" : "not_ready");
            write(generator, "reasons", reasons);
            write(generator, "warnings", warnings);
            if (!parts.isEmpty()) {
                generator.writeArrayFieldStart("parts");
                for (Part part : parts) {
                    part.write(generator);
                }
                generator.writeEndArray();
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return body.toByteArray();
    }

    private static void write(JsonGenerator generator, String name, List<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            generator.writeFieldName(name);
            generator.writeArray(texts.toArray(String[]::new), 0, texts.size());
        }
    }

    /**
     * The state, in one word such as {@code ready}, of a part of the service, such as a token or a key. The details are
     * texts by name, in the order of the names. Immutable.
     */
    public record Part(String kind, String name, String state, Map<String, String> details) {

        public Part {
            details = Collections.unmodifiableMap(new TreeMap<>(details));
        }

        private void write(JsonGenerator generator) throws IOException {
            generator.writeStartObject();
            generator.writeStringField("kind", kind);
            generator.writeStringField("name", name);
            generator.writeStringField("state", state);
            if (!details.isEmpty()) {
                generator.writeObjectFieldStart("details");
                for (Map.Entry<String, String> detail : details.entrySet()) {
                    generator.writeStringField(detail.getKey(), detail.getValue());
                }
                generator.writeEndObject();
            }
            generator.writeEndObject();
        }
    }
}
