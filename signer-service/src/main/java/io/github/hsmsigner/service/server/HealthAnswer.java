package io.github.hsmsigner.service.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Formats health as JSON. Leaves out empty parts. */
final class HealthAnswer {

    private static final JsonFactory JSON = new JsonFactory();

    private HealthAnswer() {}

    /** {@code {"status":…}} and nothing more. */
    static byte[] status(String status) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeStringField("status", status);
            generator.writeEndObject();
        }
        return body.toByteArray();
    }

    /** Readiness with its reasons, warnings and parts. */
    static byte[] of(Health health) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeStringField("status", health.ready() ? "ready" : "not_ready");
            writeTexts(generator, "reasons", health.reasons());
            writeTexts(generator, "warnings", health.warnings());
            if (!health.parts().isEmpty()) {
                generator.writeArrayFieldStart("parts");
                for (HealthPart part : health.parts()) {
                    write(generator, part);
                }
                generator.writeEndArray();
            }
            generator.writeEndObject();
        }
        return body.toByteArray();
    }

    private static void writeTexts(JsonGenerator generator, String name, List<String> texts) throws IOException {
        if (texts.isEmpty()) {
            return;
        }
        generator.writeArrayFieldStart(name);
        for (String text : texts) {
            generator.writeString(text);
        }
        generator.writeEndArray();
    }

    private static void write(JsonGenerator generator, HealthPart part) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("kind", part.kind());
        generator.writeStringField("name", part.name());
        generator.writeStringField("state", part.state());
        if (!part.details().isEmpty()) {
            generator.writeObjectFieldStart("details");
            for (Map.Entry<String, String> detail : part.details().entrySet()) {
                generator.writeStringField(detail.getKey(), detail.getValue());
            }
            generator.writeEndObject();
        }
        generator.writeEndObject();
    }
}
