package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.javalin.Javalin;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each malformed body of the corpus, and a quarter of them without their length announced too, is answered with the 4xx that belongs to it. */
@Timeout(60)
class MalformedBodiesTest {

    private static Javalin application;
    private static Client client;

    @BeforeAll
    static void start() {
        var service = EcService.start();
        application = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.registerPlugin(new DocumentEnginePlugin(
                            () -> service,
                            plugin -> plugin.limits = plugin.limits.withMaxBodyBytes(MalformedBodies.MAX_BODY_BYTES)));
                })
                .start(0);
        client = new Client(application.port());
    }

    @AfterAll
    static void stop() {
        application.stop();
    }

    static List<MalformedBodies.Body> corpus() {
        return MalformedBodies.all();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void isAnsweredWithItsError(MalformedBodies.Body body) {
        assertAnswer(body, BodyPublishers.ofByteArray(body.octets()));
        if (body.octets().length % 4 == 0) {
            assertAnswer(body, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.octets())));
        }
    }

    private static void assertAnswer(MalformedBodies.Body body, BodyPublisher publisher) {
        HttpResponse<byte[]> response = client.send(client.request("/sign")
                .header("Content-Type", "application/json")
                .header("X-Request-Id", "corpus-1")
                .POST(publisher));
        String text = Client.text(response);
        assertThat(response.statusCode()).as(text).isEqualTo(body.status());
        assertThat(Client.header(response, "X-Request-Id")).isEqualTo("corpus-1");
        assertThat(text)
                .startsWith("{\"error\":{\"code\":\"" + body.code() + "\"")
                .contains(body.message());
        ErrorText.assertIsHarmless(text, "corpus-1");
    }

    @Test
    void theCorpusHasManyBodiesAndNoneTwice() {
        List<ByteBuffer> octets =
                corpus().stream().map(body -> ByteBuffer.wrap(body.octets())).toList();
        assertThat(octets.size()).isGreaterThanOrEqualTo(200);
        assertThat(octets).doesNotHaveDuplicates();
    }
}
