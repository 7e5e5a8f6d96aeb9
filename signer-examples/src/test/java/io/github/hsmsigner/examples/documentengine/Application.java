package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** An application that has its documents signed by a Document Engine. */
final class Application {

    private final HttpClient http = HttpClient.newHttpClient();
    private final String engine;
    private final String authorization;

    Application(int port) {
        this(port, "Token token=\"secret\"");
    }

    Application(int port, String authorization) {
        this.engine = "http://localhost:" + port;
        this.authorization = authorization;
    }

    /** An answer, whatever its status. */
    record Answer(int status, String contentType, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String error() {
            return field("/error");
        }

        String documentId() {
            return field("/data/document_id");
        }

        String level() {
            return field("/data/cadesLevel");
        }

        String levelReason() {
            String reason = field("/data/cadesLevelReason");
            return reason == null ? "" : reason;
        }

        private String field(String pointer) {
            try {
                return new ObjectMapper().readTree(body).at(pointer).textValue();
            } catch (JsonProcessingException e) {
                throw new AssertionError("Not JSON: " + text(), e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Answer upload(byte[] pdf) {
        return upload("application/pdf", pdf);
    }

    Answer upload(String contentType, byte[] body) {
        return post("/api/documents", contentType, body);
    }

    Answer sign(String documentId, String options) {
        return post(
                "/api/documents/" + documentId + "/sign", "application/json", options.getBytes(StandardCharsets.UTF_8));
    }

    Answer sign(String documentId, String contentType, byte[] body) {
        return post("/api/documents/" + documentId + "/sign", contentType, body);
    }

    Answer download(String documentId) {
        return send(request("/api/documents/" + documentId + "/pdf").GET());
    }

    Answer get(String path) {
        return send(request(path).header("Accept", "*/*, text/event-stream").GET());
    }

    /** The usual way: uploads, signs once for each set of options, and downloads. */
    SignedPdf signed(byte[] pdf, String... options) {
        Answer uploaded = upload(pdf);
        assertThat(uploaded.status()).as(uploaded.text()).isEqualTo(200);
        for (String each : options) {
            Answer signed = sign(uploaded.documentId(), each);
            assertThat(signed.status()).as(signed.text()).isEqualTo(200);
        }
        Answer downloaded = download(uploaded.documentId());
        assertThat(downloaded.status()).isEqualTo(200);
        assertThat(downloaded.contentType()).isEqualTo("application/pdf");
        return new SignedPdf(downloaded.body());
    }

    private Answer post(String path, String contentType, byte[] body) {
        return send(request(path).header("Content-Type", contentType).POST(BodyPublishers.ofByteArray(body)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(engine + path));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(
                    answer.statusCode(),
                    answer.headers().firstValue("Content-Type").orElse(""),
                    answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
