package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The options of a call of {@code /sign}. Immutable.
 *
 * @param container who assembles the container
 * @param type the kind of signature
 * @param hash the digest algorithm
 * @param signingToken what the application lets the signing service know; a secret
 * @param estimatedSize how many bytes to reserve for the container
 * @param metadata what the signature dictionary says in words
 */
record SignOptions(
        SignatureContainer container,
        SignatureType type,
        HashAlgorithm hash,
        Optional<String> signingToken,
        int estimatedSize,
        SignatureMetadata metadata) {

    private static final int DEFAULT_ESTIMATED_SIZE = 16_384;
    private static final int LARGEST_ESTIMATED_SIZE = 4 * 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Those that the guide's example carries and that have no meaning for invisible signatures. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("appearance", "position");

    private static final Set<String> OPTIONS = Set.of(
            "signatureContainer",
            "signatureType",
            "hashAlgorithm",
            "signingToken",
            "cadesLevel",
            "estimatedSize",
            "flatten",
            "signatureMetadata");
    private static final Set<String> METADATA = Set.of("signerName", "signatureReason", "signatureLocation");

    /** Reads the body of a call; an empty one means the defaults. */
    static SignOptions parse(String body) {
        JsonNode options = json(body);
        requireKnown("option", options, OPTIONS, WITHOUT_EFFECT);
        requireLevelB(options);
        if (options.path("flatten").asBoolean()) {
            throw ApiException.badRequest("The stand-in does not flatten documents; leave flatten out.");
        }
        return new SignOptions(
                choice(options, "signatureContainer", SignatureContainer.PKCS7),
                choice(options, "signatureType", SignatureType.CMS),
                choice(options, "hashAlgorithm", HashAlgorithm.SHA256),
                text(options, "signingToken"),
                estimatedSize(options),
                metadata(options));
    }

    private static JsonNode json(String body) {
        if (body.isBlank()) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            // Its message quotes the body, which may hold a signing token: neither the message nor the cause goes on.
            throw ApiException.badRequest("The body is not JSON.");
        }
        throw ApiException.badRequest("The body must be a JSON object.");
    }

    private static void requireKnown(String what, JsonNode object, Set<String> known, Set<String> ignored) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name) && !ignored.contains(name)) {
                throw ApiException.badRequest("The stand-in does not know the " + what + " \"" + name + "\".");
            }
        }
    }

    private static void requireLevelB(JsonNode options) {
        String level = text(options, "cadesLevel").orElse("b-b");
        if (List.of("b-t", "b-lt").contains(level)) {
            throw ApiException.badRequest("The stand-in makes signatures of cadesLevel b-b only, not " + level
                    + ": it has no timestamp authority and gathers no validation data.");
        }
        if (!level.equals("b-b")) {
            throw ApiException.badRequest("cadesLevel must be b-b.");
        }
    }

    private static <E extends Enum<E>> E choice(JsonNode options, String name, E whenAbsent) {
        Optional<String> wanted = text(options, name);
        if (wanted.isEmpty()) {
            return whenAbsent;
        }
        E[] values = whenAbsent.getDeclaringClass().getEnumConstants();
        return Arrays.stream(values)
                .filter(value -> spelling(value).equals(wanted.get()))
                .findFirst()
                .orElseThrow(() -> ApiException.badRequest(name + " must be one of "
                        + Arrays.stream(values).map(SignOptions::spelling).collect(Collectors.joining(", ")) + "."));
    }

    /** As the vendor's API and the protocol of the signing service both write it. */
    static String spelling(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static int estimatedSize(JsonNode options) {
        JsonNode size = options.path("estimatedSize");
        if (size.isMissingNode() || size.isNull()) {
            return DEFAULT_ESTIMATED_SIZE;
        }
        if (!size.canConvertToInt()
                || !size.isIntegralNumber()
                || size.asInt() < 1
                || size.asInt() > LARGEST_ESTIMATED_SIZE) {
            throw ApiException.badRequest(
                    "estimatedSize must be a number of bytes between 1 and " + LARGEST_ESTIMATED_SIZE + ".");
        }
        return size.asInt();
    }

    private static SignatureMetadata metadata(JsonNode options) {
        JsonNode metadata = options.path("signatureMetadata");
        if (!metadata.isMissingNode() && !metadata.isNull() && !metadata.isObject()) {
            throw ApiException.badRequest("signatureMetadata must be a JSON object.");
        }
        requireKnown("field of signatureMetadata", metadata, METADATA, Set.of());
        return new SignatureMetadata(
                text(metadata, "signerName"), text(metadata, "signatureReason"), text(metadata, "signatureLocation"));
    }

    private static Optional<String> text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw ApiException.badRequest(name + " must be a string.");
        }
        return Optional.of(value.textValue());
    }

    /** Without the signing token and the names of people. */
    @Override
    public String toString() {
        return spelling(container) + "/" + spelling(type) + "/" + spelling(hash);
    }
}
