package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What may be seen of the callback while it happens. */
@ExtendWith(SigningChainProvider.class)
class CallbackEventsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SigningChain chain;
    private final Application application;

    CallbackEventsTest(SigningChain chain) {
        this.chain = chain;
        this.application = chain.application();
    }

    private HttpResponse<InputStream> follow(String id) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + chain.enginePort() + "/api/documents/" + id + "/events"))
                .header("Accept", "text/event-stream")
                .header("Authorization", "Token token=\"secret\"")
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
    }

    /** Reads events up to the one that says that the call has ended. */
    private static List<JsonNode> read(HttpResponse<InputStream> stream) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    events.add(JSON.readTree(line.substring("data:".length())));
                    if (events.get(events.size() - 1).path("kind").asText().equals("end")) {
                        return events;
                    }
                }
            }
        }
        throw new AssertionError("The stream ended early: " + events);
    }

    @Test
    void bothCallsOfARawSignatureAreSeen() throws IOException, InterruptedException {
        String id = application.upload(SamplePdf.plain()).documentId();
        HttpResponse<InputStream> stream = follow(id);
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        application.sign(
                id, "{\"signatureContainer\":\"raw\",\"signingToken\":\"a-token\",\"hashAlgorithm\":\"sha384\"}");
        List<JsonNode> events = read(stream);
        assertThat(events)
                .extracting(event -> event.path("kind").asText())
                .containsExactly("request", "answer", "request", "answer", "end");
        assertThat(events.get(0).path("fields").toString()).isEqualTo("{\"action\":\"get_certificates\"}");
        assertThat(events.get(1).path("status").asInt()).isEqualTo(200);
        assertThat(events.get(1).at("/content/certificates/0").asText()).matches("\\S{24}… \\(\\d+ characters\\)");
        assertThat(events.get(2).at("/fields/action").asText()).isEqualTo("sign");
        assertThat(events.get(2).at("/fields/signing_token").asText()).isEqualTo("(sent, not shown)");
        assertThat(events.get(2).at("/fields/hash_algorithm").asText()).isEqualTo("sha384");
        assertThat(events.get(3).path("bytes").asInt()).isEqualTo(256);
        assertThat(events.get(3).path("contentType").asText()).isEqualTo("application/octet-stream");
        assertThat(events.get(4).path("signed").asBoolean()).isTrue();
        assertThat(events.toString()).doesNotContain("a-token");
    }

    @Test
    void contentsAreShortened() throws IOException, InterruptedException {
        byte[] pdf = SamplePdf.plain();
        String id = application.upload(pdf).documentId();
        application.sign(id, "{}");
        // What happened before is told as well.
        JsonNode fields = read(follow(id)).get(0).path("fields");
        String start = Base64.getEncoder().encodeToString(pdf).substring(0, 32);
        assertThat(fields.path("encoded_contents").asText())
                .startsWith(start + "… (Base64 of ")
                .hasSizeLessThan(70);
        assertThat(fields.path("digest").asText()).matches("[0-9a-f]{24}… \\(128 characters\\)");
    }

    @Test
    void aRefusalIsSeenInFull() throws IOException, InterruptedException {
        String id = application.upload(SamplePdf.plain()).documentId();
        application.sign(id, "{\"signingToken\":\"" + SigningChain.REFUSED_SIGNING_TOKEN + "\"}");
        List<JsonNode> events = read(follow(id));
        assertThat(events.get(1).path("status").asInt()).isEqualTo(401);
        assertThat(events.get(1).at("/content/error/code").asText()).isEqualTo("denied");
        assertThat(events.get(2).path("signed").asBoolean()).isFalse();
        assertThat(events.get(2).path("words").asText()).startsWith("The signing service answered 401: ");
        assertThat(events.toString()).doesNotContain(SigningChain.REFUSED_SIGNING_TOKEN);
    }

    @Test
    void aServiceThatIsDownIsSeen() throws InterruptedException {
        CallbackEvents events = new CallbackEvents();
        events.failed("away");
        assertThat(events.await(0, Duration.ofSeconds(10)).events())
                .containsExactly("{\"kind\":\"failure\",\"words\":\"away\"}");
    }

    @Test
    void withoutEventsTheWaitIsNotLongerThanAskedFor() throws InterruptedException {
        assertThat(new CallbackEvents().await(0, Duration.ofMillis(20)))
                .isEqualTo(new CallbackEvents.Batch(List.of(), 0));
    }

    @Test
    void theOldestAreForgottenWhenThereAreVeryMany() throws InterruptedException {
        CallbackEvents events = new CallbackEvents();
        IntStream.range(0, 600).forEach(number -> events.note("n" + number));
        CallbackEvents.Batch batch = events.await(0, Duration.ofSeconds(10));
        assertThat(batch.events()).hasSize(500);
        assertThat(batch.events().get(0)).contains("\"n100\"");
        assertThat(batch.next()).isEqualTo(600);
        events.note("last");
        assertThat(events.await(batch.next(), Duration.ofSeconds(10)).events())
                .singleElement()
                .asString()
                .contains("\"last\"");
    }
}
