package io.github.hsmsigner.http.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The answer to an HTTP request, ready to be sent by any server. Immutable.
 */
public final class CallbackAnswer {

    private static final String JSON = "application/json";
    private static final String OCTETS = "application/octet-stream";
    static final String SUCCESS = "ok";
    private static final int PIECE = 8192;

    private final int status;
    private final String outcome;
    private final String contentType;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Optional<Consumer<String>> undelivered;

    private CallbackAnswer(
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

    static CallbackAnswer octets(byte[] body) {
        return new CallbackAnswer(200, SUCCESS, OCTETS, Map.of(), body, Optional.empty());
    }

    static CallbackAnswer json(byte[] body) {
        return new CallbackAnswer(200, SUCCESS, JSON, Map.of(), body, Optional.empty());
    }

    static CallbackAnswer error(int status, String code, byte[] body) {
        return new CallbackAnswer(status, code, JSON, Map.of(), body, Optional.empty());
    }

    CallbackAnswer withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return new CallbackAnswer(status, outcome, contentType, Map.copyOf(more), body, undelivered);
    }

    /**
     * Returns the same answer with a listener that receives the reason if the answer did not reach its client, at most
     * once.
     */
    CallbackAnswer whenUndelivered(Consumer<String> listener) {
        AtomicBoolean told = new AtomicBoolean();
        Consumer<String> once = reason -> {
            if (told.compareAndSet(false, true)) {
                listener.accept(reason);
            }
        };
        return new CallbackAnswer(status, outcome, contentType, headers, body, Optional.of(once));
    }

    /**
     * Reports that the answer did not reach its client. Further calls do nothing. The transport calls it, on any
     * thread. Returns immediately.
     *
     * @param reason why, for the operator
     * @return whether the report was taken; not so for an answer that is not one to a callback
     */
    public boolean undelivered(String reason) {
        undelivered.ifPresent(listener -> listener.accept(reason));
        return undelivered.isPresent();
    }

    /**
     * Returns the HTTP status.
     *
     * @return the status code
     */
    public int status() {
        return status;
    }

    /**
     * Returns how the request ended, for logs and metrics.
     *
     * @return {@code ok}, or the stable code of the error
     */
    public String outcome() {
        return outcome;
    }

    /**
     * Returns the value of the header {@code Content-Type}.
     *
     * @return the media type of the body
     */
    public String contentType() {
        return contentType;
    }

    /**
     * Headers to send besides the content type.
     *
     * @return values by name; unmodifiable
     */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * Returns the body.
     *
     * @return a copy of the bytes
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * Writes the body without a copy of it. The body goes out in small pieces, which servers gather in their own
     * buffers. The JDK would copy a long array as a whole into memory outside the heap, and the thread would keep that
     * memory.
     *
     * @param out the stream to write to
     * @throws IOException if the body cannot be written
     */
    public void writeTo(OutputStream out) throws IOException {
        for (int from = 0; from < body.length; from += PIECE) {
            out.write(body, from, Math.min(PIECE, body.length - from));
        }
    }

    @Override
    public String toString() {
        return "CallbackAnswer[" + status + " " + outcome + "]";
    }
}
