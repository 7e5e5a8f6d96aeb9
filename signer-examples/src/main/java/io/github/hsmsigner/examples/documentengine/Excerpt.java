package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Makes of requests and answers what may be shown of them. */
final class Excerpt {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SIGNING_TOKEN = "signing_token";
    private static final int SHOWN_CHARACTERS = 72;
    private static final int SHOWN_BYTES = 24;
    private static final int LONGEST_ERROR = 1000;
    private static final int SUCCESS = 200;

    private Excerpt() {}

    /** Returns the fields of a request in their order: the signing token not at all, the others up to some length. */
    static ObjectNode ofRequest(ObjectNode request) {
        ObjectNode excerpt = JSON.createObjectNode();
        request.properties()
                .forEach(field -> excerpt.set(
                        field.getKey(),
                        field.getKey().equals(SIGNING_TOKEN)
                                ? TextNode.valueOf("(sent, not shown)")
                                : shortened(field.getValue())));
        return excerpt;
    }

    /** JSON with its texts shortened, an error in full, the first bytes of anything else. */
    static JsonNode ofAnswer(int status, String contentType, byte[] body) {
        if (contentType.startsWith("application/json")) {
            try {
                JsonNode json = JSON.readTree(body);
                return status == SUCCESS ? shortened(json) : json;
            } catch (IOException e) {
                return TextNode.valueOf("(not JSON)");
            }
        }
        if (status != SUCCESS) {
            String words = new String(body, StandardCharsets.UTF_8).strip();
            return TextNode.valueOf(words.substring(0, Math.min(words.length(), LONGEST_ERROR)));
        }
        String start = HexFormat.of().formatHex(Arrays.copyOf(body, Math.min(body.length, SHOWN_BYTES)));
        return TextNode.valueOf(body.length > SHOWN_BYTES ? start + "…" : start);
    }

    private static JsonNode shortened(JsonNode value) {
        if (value.isObject()) {
            ObjectNode object = JSON.createObjectNode();
            value.properties().forEach(field -> object.set(field.getKey(), shortened(field.getValue())));
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            value.forEach(element -> array.add(shortened(element)));
            return array;
        }
        if (value.isBinary()) {
            return ofBytes(value);
        }
        String text = value.asText();
        return text.length() <= SHOWN_CHARACTERS
                ? value
                : TextNode.valueOf(text.substring(0, SHOWN_BYTES) + "… (" + text.length() + " characters)");
    }

    /** Without the Base64 of all of it, which may be a large document. */
    private static TextNode ofBytes(JsonNode value) {
        try {
            byte[] bytes = value.binaryValue();
            String start =
                    Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES)));
            return TextNode.valueOf(
                    bytes.length <= SHOWN_BYTES ? start : start + "… (Base64 of " + bytes.length + " bytes)");
        } catch (IOException e) {
            throw new IllegalStateException("The node holds bytes", e);
        }
    }
}
