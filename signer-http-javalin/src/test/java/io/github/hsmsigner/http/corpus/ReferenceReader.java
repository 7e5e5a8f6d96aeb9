package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.http.protocol.CallbackAction;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A second reader of callbacks, written from the description of the protocol: it holds the whole body in memory, knows its meaning
 * only once all of it is read, and shares neither code nor JSON library with the first.
 */
public final class ReferenceReader {

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectMapper WITH_CONTROL_CHARACTERS = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private ReferenceReader() {}

    /** What a request asks for; without format and digest where the action has none. */
    public record Wanted(CallbackAction action, ContainerFormat format, Digest digest) {}

    /** What a body asks for, or nothing if it is malformed. */
    public static Optional<Wanted> read(byte[] body) {
        return read(STRICT, body);
    }

    /**
     * As {@link #read}, with unescaped control characters in texts. The protocol leaves open whether they are taken: as line breaks
     * in Base64 they are.
     */
    public static Optional<Wanted> readLeniently(byte[] body) {
        return read(WITH_CONTROL_CHARACTERS, body);
    }

    private static Optional<Wanted> read(ObjectMapper json, byte[] body) {
        try {
            return Optional.of(interpret(fields(json, body)));
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Map<String, JsonNode> fields(ObjectMapper json, byte[] body) {
        try (JsonParser parser = json.createParser(body)) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            Map<String, JsonNode> fields = new HashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                require(fields.put(name, json.readTree(parser)) == null);
            }
            require(parser.nextToken() == null);
            fields.values().removeIf(JsonNode::isNull);
            return fields;
        }
    }

    private static Wanted interpret(Map<String, JsonNode> fields) {
        Optional<CallbackAction> action = text(fields, "action").map(ReferenceReader::action);
        DigestAlgorithm algorithm =
                text(fields, "hash_algorithm").map(ReferenceReader::algorithm).orElse(DigestAlgorithm.SHA256);
        ContainerFormat format =
                text(fields, "signature_type").map(ReferenceReader::format).orElse(ContainerFormat.CMS);
        Function<String, Optional<byte[]>> octets = name -> text(fields, name).map(ReferenceReader::base64);
        Optional<byte[]> contents = octets.apply("encoded_contents");
        Optional<byte[]> data = octets.apply("data_to_be_signed");
        require(!(fields.containsKey("digest") && fields.containsKey("document_digest")));
        Optional<byte[]> digest =
                text(fields, "digest").or(() -> text(fields, "document_digest")).map(ReferenceReader::hexadecimal);
        text(fields, "signing_token").ifPresent(ReferenceReader::requireUnicode);

        CallbackAction implied = contents.isPresent() || digest.isPresent()
                ? CallbackAction.SIGN_PKCS7
                : data.isPresent() ? CallbackAction.SIGN : null;
        require(action.isPresent() || implied != null);
        switch (action.orElse(implied)) {
            case GET_CERTIFICATES -> {
                return new Wanted(CallbackAction.GET_CERTIFICATES, null, null);
            }
            case SIGN -> {
                require(data.isPresent());
                return new Wanted(CallbackAction.SIGN, null, Digest.compute(algorithm, data.get()));
            }
            case SIGN_PKCS7 -> {
                Optional<Digest> computed = contents.map(value -> Digest.compute(algorithm, value));
                Optional<Digest> given = digest.map(value -> Digest.of(algorithm, value));
                require(computed.isEmpty() || given.isEmpty() || computed.equals(given));
                return new Wanted(
                        CallbackAction.SIGN_PKCS7,
                        format,
                        computed.or(() -> given).orElseThrow(IllegalArgumentException::new));
            }
            default -> throw new IllegalArgumentException();
        }
    }

    private static Optional<String> text(Map<String, JsonNode> fields, String name) {
        JsonNode value = fields.get(name);
        require(value == null || value.isString());
        return Optional.ofNullable(value).map(JsonNode::stringValue);
    }

    private static CallbackAction action(String text) {
        return Arrays.stream(CallbackAction.values())
                .filter(action -> action.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static DigestAlgorithm algorithm(String text) {
        return switch (text.toUpperCase(Locale.ROOT).replace("-", "")) {
            case "SHA256" -> DigestAlgorithm.SHA256;
            case "SHA384" -> DigestAlgorithm.SHA384;
            case "SHA512" -> DigestAlgorithm.SHA512;
            default -> throw new IllegalArgumentException();
        };
    }

    private static ContainerFormat format(String text) {
        return switch (text) {
            case "cms" -> ContainerFormat.CMS;
            case "cades" -> ContainerFormat.PADES_B_B;
            default -> throw new IllegalArgumentException();
        };
    }

    private static byte[] hexadecimal(String text) {
        require(text.matches("[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}"));
        return HexFormat.of().parseHex(text);
    }

    private static byte[] base64(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int position = 0;
        while (position < text.length()) {
            if (text.charAt(position) <= ' ') {
                position++;
                continue;
            }
            require(position + 4 <= text.length());
            octets.writeBytes(Base64.getDecoder()
                    .decode(text.substring(position, position + 4).getBytes(StandardCharsets.UTF_8)));
            position += 4;
        }
        require(octets.size() > 0);
        return octets.toByteArray();
    }

    private static void requireUnicode(String text) {
        require(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException();
        }
    }
}
