package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** docs/reference/openapi.yaml as it is packaged, and what it says of requests and answers of its one operation. */
final class OpenApiDocument {

    private static final String IDENTIFIER = "https://signer.example/openapi.yaml";
    private static final String OPERATION = "/paths/~1sign/post";

    private final JsonNode document;
    private final SchemaRegistry schemas;

    private OpenApiDocument(String text) {
        document = new YAMLMapper().readTree(text);
        schemas = SchemaRegistry.withDialect(
                Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(IDENTIFIER, text)));
    }

    static OpenApiDocument packaged() {
        try (InputStream resource =
                OpenApiDocument.class.getResourceAsStream("/io/github/hsmsigner/http/openapi.yaml")) {
            return new OpenApiDocument(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with the body of a request; nothing where it is good. */
    List<Error> requestErrors(JsonNode body) {
        return errors(OPERATION + "/requestBody/content/application~1json/schema", body);
    }

    /** Fails unless the document has this answer, with its headers and its body. */
    void assertHas(HttpResponse<byte[]> response) {
        String answer = resolved(OPERATION + "/responses/" + response.statusCode());
        assertThat(document.at(answer).isMissingNode())
                .as("status %s is documented", response.statusCode())
                .isFalse();
        assertHeaders(answer, response);
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        String content = answer + "/content/" + escaped(type);
        assertThat(document.at(content).isMissingNode())
                .as("%s is documented", content)
                .isFalse();
        if (type.equals("application/json")) {
            assertThat(errors(content + "/schema", JsonMapper.shared().readTree(response.body())))
                    .isEmpty();
        }
    }

    private void assertHeaders(String answer, HttpResponse<byte[]> response) {
        document.at(answer + "/headers").propertyNames().forEach(name -> {
            String header = resolved(answer + "/headers/" + escaped(name));
            Optional<String> value = response.headers().firstValue(name);
            if (document.at(header + "/required").asBoolean(false)) {
                assertThat(value).as(name).isPresent();
            }
            value.ifPresent(text -> assertThat(errors(header + "/schema", StringNode.valueOf(text)))
                    .as(name)
                    .isEmpty());
        });
    }

    /** The statuses that are documented. */
    List<String> statuses() {
        return List.copyOf(document.at(OPERATION + "/responses").propertyNames());
    }

    /** The codes of errors that responses with this status can have; none for a response that is no error. */
    List<String> errorCodes(String status) {
        return document.at(resolved(OPERATION + "/responses/" + status)).findValues("code").stream()
                .flatMap(code -> Stream.concat(
                        Stream.of(code.path("const")), code.path("enum").valueStream()))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .toList();
    }

    /** The examples of requests. */
    List<JsonNode> examples() {
        return document.at(OPERATION + "/requestBody/content/application~1json/examples")
                .valueStream()
                .map(example -> example.get("value"))
                .toList();
    }

    private List<Error> errors(String pointer, JsonNode instance) {
        return schemas.getSchema(SchemaLocation.of(IDENTIFIER + "#" + pointer)).validate(instance);
    }

    private String resolved(String pointer) {
        JsonNode reference = document.at(pointer + "/$ref");
        return reference.isString() ? reference.stringValue().substring(1) : pointer;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
