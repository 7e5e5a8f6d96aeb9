package io.github.hsmsigner.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects that every reader understands in the same way: no name twice at any depth, no text after the end. Nimbus
 * alone accepts a name twice in an inner object.
 */
final class StrictJson {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The factory keeps no part of a token.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(16).build())
            .build();

    private StrictJson() {}

    /** Returns whether the text begins like a JSON object, so that no reader takes it for plain text. */
    static boolean beginsObject(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).stripLeading().startsWith("{");
    }

    /** Returns the members of an object, as String, Long, Double, Boolean, List, Map or {@code null}. */
    static Optional<Map<String, @Nullable Object>> object(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return isOneObject(text) ? Optional.of(JSONObjectUtils.parse(text)) : Optional.empty();
        } catch (IOException | ParseException e) {
            // The message of a parser could repeat a part of the token.
            return Optional.empty();
        }
    }

    private static boolean isOneObject(String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            return parser.nextToken() == JsonToken.START_OBJECT
                    && parser.skipChildren().nextToken() == null;
        }
    }
}
