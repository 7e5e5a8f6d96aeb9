package io.github.hsmsigner.service.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON objects of which two readers cannot make two different things: no name twice, nothing after the end. */
final class StrictJson {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Nothing of a token is kept once it has been read.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(40)
                    .build())
            .build();

    private StrictJson() {}

    /** Returns whether the text begins like a JSON object, so that no reader takes it for plain text. */
    static boolean beginsObject(byte[] bytes) {
        for (byte octet : bytes) {
            if (octet == '{') {
                return true;
            }
            if (octet != ' ' && octet != '\t' && octet != '\r' && octet != '\n') {
                return false;
            }
        }
        return false;
    }

    /**
     * Returns the members of an object, as String, BigDecimal, Boolean, List or Map; {@code null} values are left out.
     */
    static Optional<Map<String, Object>> object(byte[] bytes) {
        return object(bytes, false);
    }

    /** Returns the same with members that are {@code null}, but not those of the objects inside. */
    static Optional<Map<String, Object>> objectWithNulls(byte[] bytes) {
        return object(bytes, true);
    }

    private static Optional<Map<String, Object>> object(byte[] bytes, boolean nulls) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Map<String, Object> members = members(parser, nulls);
            return parser.nextToken() == null ? Optional.of(members) : Optional.empty();
        } catch (IOException e) {
            // The reason of the parser could reveal parts of the token.
            return Optional.empty();
        }
    }

    private static Map<String, Object> members(JsonParser parser, boolean nulls) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Object value = value(parser, parser.nextToken());
            if (value != null || nulls) {
                members.put(name, value);
            }
        }
        return Collections.unmodifiableMap(members);
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> members(parser, false);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new IllegalStateException("Not the start of a JSON value: " + token);
        };
    }

    private static List<Object> elements(JsonParser parser) throws IOException {
        List<Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(parser, token));
        }
        return Collections.unmodifiableList(elements);
    }
}
