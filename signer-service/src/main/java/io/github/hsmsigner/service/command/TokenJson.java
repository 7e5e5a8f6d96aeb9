package io.github.hsmsigner.service.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Descriptions of tokens as JSON. */
final class TokenJson {

    private TokenJson() {}

    static void write(Map<String, TokenDescription> tokens, PrintWriter out) throws IOException {
        try (JsonGenerator json = PrettyJson.to(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("tokens");
            for (Map.Entry<String, TokenDescription> entry : tokens.entrySet()) {
                json.writeFieldName(entry.getKey());
                write(entry.getValue(), json);
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        out.println();
    }

    private static void write(TokenDescription token, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("module", token.module().file().toString());
        json.writeStringField("library", token.module().library());
        json.writeStringField("vendor_profile", token.module().vendorProfile());
        json.writeStringField("health", token.health().state().name().toLowerCase(Locale.ROOT));
        json.writeStringField("health_reason", token.health().reason());
        json.writeArrayFieldStart("slots");
        for (TokenDescription.Slot slot : token.slots()) {
            write(slot, json);
        }
        json.writeEndArray();
        strings("mechanisms", token.mechanisms(), json);
        json.writeArrayFieldStart("keys");
        for (TokenDescription.Key key : token.keys()) {
            write(key, json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("certificates");
        for (TokenDescription.Certificate certificate : token.certificates()) {
            write(certificate, json);
        }
        json.writeEndArray();
        strings("problems", token.problems(), json);
        json.writeEndObject();
    }

    private static void write(TokenDescription.Slot slot, JsonGenerator json) throws IOException {
        json.writeStartObject();
        // Slot ids have 64 bits, more than a JSON number holds everywhere.
        json.writeStringField("slot_id", Long.toUnsignedString(slot.slotId()));
        json.writeStringField("label", slot.label());
        json.writeStringField("serial_number", slot.serialNumber());
        json.writeStringField("model", slot.model());
        json.writeBooleanField("initialized", slot.initialized());
        json.writeBooleanField("open", slot.open());
        json.writeStringField("problem", slot.problem().orElse(null));
        json.writeEndObject();
    }

    private static void write(TokenDescription.Key key, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", key.name());
        json.writeStringField("type", key.type());
        json.writeBooleanField("public_half_shown", key.publicHalfShown());
        json.writeBooleanField("login_for_each_signature", key.alwaysAuthenticate());
        json.writeStringField("certificate", key.certificate().orElse(null));
        json.writeStringField("plan", key.plan().orElse(null));
        json.writeEndObject();
    }

    private static void write(TokenDescription.Certificate certificate, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("subject", certificate.subject());
        json.writeStringField("issuer", certificate.issuer());
        json.writeStringField("serial_number", certificate.serialNumber().toString(16));
        json.writeStringField("not_before", certificate.notBefore().toString());
        json.writeStringField("not_after", certificate.notAfter().toString());
        json.writeEndObject();
    }

    private static void strings(String name, List<String> values, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
