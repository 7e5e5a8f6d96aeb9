package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A JSON object of options, read option by option. If one is wrong, the response has its name and the expected values.
 * It does not repeat the value, which may be a secret. An option that is {@code null} counts as absent. Immutable.
 */
final class Options {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonNode object;
    /** The text before the name of each option in a response, such as {@code appearance.}. */
    private final String prefix;

    private Options(JsonNode object, String prefix) {
        this.object = object;
        this.prefix = prefix;
    }

    /** Reads the body of a call; an empty one has no options. */
    static Options parse(String body) {
        if (body.isBlank()) {
            return new Options(JsonNodeFactory.instance.objectNode(), "");
        }
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return new Options(json, "");
            }
        } catch (JsonProcessingException e) {
            // The message quotes the body, which may hold a signing token. The response omits the message and the
            // cause.
            throw ApiException.badRequest("The body is not JSON.");
        }
        throw ApiException.badRequest("The body must be a JSON object.");
    }

    /** Refuses every option but these. */
    void requireOnly(Collection<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw ApiException.badRequest("The stand-in does not know the option \"" + prefix + name
                        + "\". It knows " + String.join(", ", new TreeSet<>(known)) + ".");
            }
        }
    }

    Optional<Options> object(String name) {
        return find(name).map(value -> {
            if (!value.isObject()) {
                throw mustBe(name, "a JSON object");
            }
            return new Options(value, prefix + name + ".");
        });
    }

    Optional<String> text(String name) {
        return find(name).map(value -> {
            if (!value.isTextual()) {
                throw mustBe(name, "a string");
            }
            return value.textValue();
        });
    }

    boolean truth(String name, boolean whenAbsent) {
        return find(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw mustBe(name, "true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(whenAbsent);
    }

    /** Returns an option that is an integer in a range. */
    Optional<Integer> number(String name, int least, int greatest, String what) {
        return find(name).map(value -> {
            if (!value.isIntegralNumber()
                    || !value.canConvertToInt()
                    || value.intValue() < least
                    || value.intValue() > greatest) {
                throw mustBe(name, what);
            }
            return value.intValue();
        });
    }

    /** Returns an option that is an array of a number of finite numbers. */
    Optional<List<Double>> numbers(String name, int count, String what) {
        return find(name).map(value -> {
            if (!value.isArray() || value.size() != count) {
                throw mustBe(name, what);
            }
            return value.valueStream()
                    .map(element -> {
                        if (!element.isNumber() || !Double.isFinite(element.doubleValue())) {
                            throw mustBe(name, what);
                        }
                        return element.doubleValue();
                    })
                    .toList();
        });
    }

    <E extends Enum<E> & Choice> E choice(String name, E whenAbsent) {
        E[] values = whenAbsent.getDeclaringClass().getEnumConstants();
        return text(name)
                .map(word ->
                        Choice.find(word, values).orElseThrow(() -> mustBe(name, "one of " + Choice.spellings(values))))
                .orElse(whenAbsent);
    }

    private Optional<JsonNode> find(String name) {
        JsonNode value = object.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** Says what is expected of an option. */
    ApiException mustBe(String name, String what) {
        return ApiException.badRequest(prefix + name + " must be " + what + ".");
    }
}
