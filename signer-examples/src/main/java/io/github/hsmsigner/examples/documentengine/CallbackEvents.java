package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The events between the stand-in and the signing service for a document, for display. They hold no signing tokens, and
 * only the first bytes of the signed data. If there are very many events, the oldest are removed. Thread-safe.
 */
final class CallbackEvents implements CallbackObserver {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST = 500;

    private final List<String> kept = new ArrayList<>();
    private int forgotten;

    @Override
    public void asked(ObjectNode request) {
        ObjectNode event = event("request");
        event.set("fields", Excerpt.ofRequest(request));
        add(event);
    }

    @Override
    public void answered(int status, String contentType, byte[] body, Duration after) {
        ObjectNode event = event("answer")
                .put("status", status)
                .put("contentType", contentType)
                .put("bytes", body.length)
                .put("milliseconds", after.toMillis());
        event.set("content", Excerpt.ofAnswer(status, contentType, body));
        add(event);
    }

    @Override
    public void failed(String words) {
        add(event("failure").put("words", words));
    }

    /** Something besides the callback that takes time, such as a timestamp. */
    void note(String words) {
        add(event("note").put("words", words));
    }

    /** The signature was made. */
    void signed() {
        add(event("end").put("signed", true));
    }

    /** The signature was not made. */
    void refused(String words) {
        add(event("end").put("signed", false).put("words", words));
    }

    private static ObjectNode event(String kind) {
        return JSON.createObjectNode().put("kind", kind);
    }

    private synchronized void add(ObjectNode event) {
        kept.add(event.toString());
        if (kept.size() > MOST) {
            kept.remove(0);
            forgotten++;
        }
        notifyAll();
    }

    /** Events in JSON, and the number that the next one after them has. */
    record Batch(List<String> events, int next) {}

    /** Waits for events from a number on; the batch is empty if none came in that time. */
    synchronized Batch await(int from, Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (from >= forgotten + kept.size()) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return new Batch(List.of(), from);
            }
            wait(left);
        }
        int first = Math.max(0, from - forgotten);
        return new Batch(List.copyOf(kept.subList(first, kept.size())), forgotten + kept.size());
    }
}
