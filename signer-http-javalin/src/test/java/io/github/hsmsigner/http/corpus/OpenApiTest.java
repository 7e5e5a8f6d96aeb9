package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import io.github.hsmsigner.http.protocol.MinimumDataRate;
import io.javalin.Javalin;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** docs/reference/openapi.yaml says what the endpoint does: of real exchanges, good and bad. */
class OpenApiTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** What a schema cannot say: limits, and how the values of fields belong together. */
    private static final String BEYOND_SCHEMAS = "exceeds a limit|not match|bytes, but a digest made with|Unicode";

    private static final OpenApiDocument DOCUMENT = OpenApiDocument.packaged();

    private static Javalin application;
    private static Client client;

    @BeforeAll
    static void start() {
        SigningService signing = EcService.start();
        application = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.registerPlugin(new DocumentEnginePlugin(
                            () -> signing,
                            plugin -> plugin.limits = plugin.limits.withMaxBodyBytes(MalformedBodies.MAX_BODY_BYTES)));
                    config.registerPlugin(
                            new DocumentEnginePlugin(OpenApiTest::denying, plugin -> plugin.path = "/denied"));
                    config.registerPlugin(
                            new DocumentEnginePlugin(OpenApiTest::limiting, plugin -> plugin.path = "/limited"));
                    config.registerPlugin(new DocumentEnginePlugin(() -> signing, plugin -> {
                        plugin.path = "/impatient";
                        plugin.limits = plugin.limits.withMinimumDataRate(
                                new MinimumDataRate(Integer.MAX_VALUE, Duration.ZERO));
                    }));
                    config.registerPlugin(new DocumentEnginePlugin(
                            () -> {
                                throw SigningUnavailableException.lasting("no HSM", null);
                            },
                            plugin -> plugin.path = "/unavailable"));
                    config.registerPlugin(new DocumentEnginePlugin(
                            () -> {
                                throw new IllegalStateException("a bug, thrown on purpose");
                            },
                            plugin -> plugin.path = "/internal"));
                })
                .start(0);
        client = new Client(application.port());
    }

    private static SigningService denying() {
        return guarded(PolicyDecision.deny("on purpose"));
    }

    private static SigningService limiting() {
        return guarded(PolicyDecision.denyForNow("on purpose", Duration.ofSeconds(1)));
    }

    private static SigningService guarded(PolicyDecision decision) {
        SigningKey key = SigningKey.open(
                "ec", TestKey.P_256.signer(), TestKey.P_256.signer(), Deadline.after(Duration.ofSeconds(10)));
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .policy(attempt -> decision)
                .build();
    }

    @AfterAll
    static void stop() {
        application.stop();
    }

    private static HttpResponse<byte[]> post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = client.request(path).POST(BodyPublishers.ofByteArray(body));
        return client.send(
                request.headers(headers.length == 0 ? new String[] {"Content-Type", "application/json"} : headers));
    }

    static Stream<Arguments> goodBodies() {
        Stream<byte[]> examples =
                DOCUMENT.examples().stream().map(example -> example.toString().getBytes(StandardCharsets.UTF_8));
        return Stream.concat(IntStream.range(0, Mutations.GOOD.size()).mapToObj(Mutations::good), examples)
                .map(body -> Arguments.argumentSet(new String(body, StandardCharsets.UTF_8), (Object) body));
    }

    @ParameterizedTest
    @MethodSource("goodBodies")
    void goodBodiesAreAsDocumentedAndSoAreTheirAnswers(byte[] body) {
        assertThat(DOCUMENT.requestErrors(JSON.readTree(body))).isEmpty();
        HttpResponse<byte[]> response = post("/sign", body);
        assertThat(response.statusCode()).isEqualTo(200);
        DOCUMENT.assertHas(response);
    }

    @Test
    void eachDocumentedErrorCodeExistsWithItsStatus() {
        List<Tuple> documented = DOCUMENT.statuses().stream()
                .flatMap(status -> DOCUMENT.errorCodes(status).stream().map(code -> tuple(code, status)))
                .toList();
        assertThat(documented)
                .hasSizeGreaterThan(10)
                .isSubsetOf(Arrays.stream(HttpErrorCode.values())
                        .map(code -> tuple(code.text(), Integer.toString(code.status())))
                        .toList());
    }

    static List<MalformedBodies.Body> corpus() {
        return MalformedBodies.all();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void malformedBodiesAreNotAsDocumentedAndTheirAnswersAre(MalformedBodies.Body body) {
        HttpResponse<byte[]> response = post("/sign", body.octets());
        DOCUMENT.assertHas(response);
        if (response.statusCode() == 400 && !Client.text(response).matches(".*(" + BEYOND_SCHEMAS + ").*")) {
            JsonNode json;
            try {
                json = JSON.readTree(body.octets());
            } catch (JacksonException e) {
                return;
            }
            assertThat(DOCUMENT.requestErrors(json)).isNotEmpty();
        }
    }

    @Test
    void everyDocumentedStatusComesAndIsAsDocumented() {
        byte[] body = Mutations.good(3);
        byte[] large = new byte[MalformedBodies.MAX_BODY_BYTES + 1];
        Set<String> statuses = new TreeSet<>();
        for (HttpResponse<byte[]> response : List.of(
                post("/sign", body),
                post("/sign", new byte[0]),
                post("/sign", large),
                post("/sign", body, "Content-Type", "text/plain"),
                post("/sign", body, "Content-Type", "application/json", "Content-Encoding", "gzip"),
                post("/denied", body),
                post("/limited", body),
                post("/impatient", body),
                post("/internal", body),
                post("/unavailable", body))) {
            DOCUMENT.assertHas(response);
            statuses.add(Integer.toString(response.statusCode()));
        }
        assertThat(statuses).containsExactlyInAnyOrderElementsOf(DOCUMENT.statuses());
    }
}
