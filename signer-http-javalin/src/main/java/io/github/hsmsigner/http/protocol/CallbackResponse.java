package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The response to an HTTP request, for any server. Immutable. */
public final class CallbackResponse {

    static final String SUCCESS = "ok";

    private static final JsonFactory JSON = new JsonFactory();
    private static final int WRITE_SIZE = 8192;

    private final int status;
    private final String outcome;
    private final String contentType;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Optional<Consumer<String>> undelivered;

    private CallbackResponse(
            int status,
            String outcome,
            String contentType,
            Map<String, String> headers,
            byte[] body,
            Optional<Consumer<String>> undelivered) {
        this.status = status;
        this.outcome = outcome;
        this.contentType = contentType;
        this.headers = headers;
        this.body = body;
        this.undelivered = undelivered;
    }

    static CallbackResponse bytes(byte[] body) {
        return new CallbackResponse(200, SUCCESS, "application/octet-stream", Map.of(), body, Optional.empty());
    }

    static CallbackResponse json(int status, String outcome, JsonMembers members) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            members.write(generator);
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return new CallbackResponse(
                status, outcome, "application/json", Map.of(), body.toByteArray(), Optional.empty());
    }

    CallbackResponse withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new CallbackResponse(status, outcome, contentType, Map.copyOf(more), body, undelivered);
    }

    /** Returns the same response with a listener that gets the reason if the client does not, at most once. */
    CallbackResponse whenUndelivered(Consumer<String> listener) {
        AtomicBoolean reported = new AtomicBoolean();
        Consumer<String> once = reason -> {
            if (reported.compareAndSet(false, true)) {
                listener.accept(reason);
            }
        };
        return new CallbackResponse(status, outcome, contentType, headers, body, Optional.of(once));
    }

    /**
     * Reports that the client did not receive the response. The transport calls it, on any thread. Further calls do
     * nothing. Returns immediately.
     *
     * @param reason the reason, for the operator
     * @return {@code true} if the response has a listener for it, as each response to a callback has
     */
    public boolean undelivered(String reason) {
        undelivered.ifPresent(listener -> listener.accept(reason));
        return undelivered.isPresent();
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the result for logs and metrics: {@code ok}, or the stable code of the error} */
    public String outcome() {
        return outcome;
    }

    /** {@return the header {@code Content-Type}} */
    public String contentType() {
        return contentType;
    }

    /** {@return the other headers, unmodifiable} */
    public Map<String, String> headers() {
        return headers;
    }

    /** {@return a copy of the body} */
    public byte[] body() {
        return body.clone();
    }

    /**
     * Writes the body in small pieces, which servers gather in their own buffers. The JDK would copy a long array as a
     * whole into memory outside the heap, and the thread would keep that memory.
     *
     * @param out the stream to write to
     * @throws IOException if the body cannot be written
     */
    public void writeTo(OutputStream out) throws IOException {
        for (int from = 0; from < body.length; from += WRITE_SIZE) {
            out.write(body, from, Math.min(WRITE_SIZE, body.length - from));
        }
    }

    /** Writes the members of a JSON object. */
    interface JsonMembers {

        void write(JsonGenerator json) throws IOException;
    }
}
