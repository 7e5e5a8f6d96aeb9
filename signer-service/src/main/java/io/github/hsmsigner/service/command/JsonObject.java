package io.github.hsmsigner.service.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The JSON output of a command (RFC 8259), indented for people. Members keep their order. Not thread-safe. */
final class JsonObject {

    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private final Map<String, Object> members = new LinkedHashMap<>();

    /** Adds a member. Values are texts, Boolean, Long, objects, collections of them, and Optional, empty for null. */
    JsonObject with(String name, Object value) {
        members.put(name, value);
        return this;
    }

    void print(PrintWriter out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            write(json, this);
        }
        out.println();
        out.flush();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof JsonObject object) {
            json.writeStartObject();
            for (Map.Entry<String, Object> member : object.members.entrySet()) {
                json.writeFieldName(member.getKey());
                write(json, member.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> elements) {
            json.writeStartArray();
            for (Object element : elements) {
                write(json, element);
            }
            json.writeEndArray();
        } else if (value instanceof Optional<?> optional) {
            json.writeObject(optional.orElse(null));
        } else {
            json.writeObject(value);
        }
    }
}
