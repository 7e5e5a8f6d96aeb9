package io.github.hsmsigner.core.internal.fetch;

import io.github.hsmsigner.core.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** One request with its redirects. One thread calls it; any thread can abort it. */
final class HttpExchange implements Callable<byte[]> {

    private static final int MAX_REDIRECTS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    /** With these the method stays the same (RFC 9110, section 15.4). */
    private static final Set<Integer> REDIRECTS_OF_POST = Set.of(307, 308);

    private static final int MAX_TARGET_LENGTH = 200;

    private final HttpAddress address;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Deadline deadline;
    private final BodyReader reader;
    private volatile HttpURLConnection connection;
    private volatile boolean aborted;
    private volatile String redirect = "";
    private volatile String server;

    /** Reads a response's body and limits its size. */
    @FunctionalInterface
    interface BodyReader {

        byte[] read(InputStream in) throws IOException;
    }

    /** An answer that is complete, but not acceptable. The message is for the operator. */
    static final class Rejection extends IOException {

        private static final long serialVersionUID = 1L;

        Rejection(String message) {
            super(message);
        }
    }

    /** The body is null for a GET request. */
    HttpExchange(HttpAddress address, Map<String, String> headers, byte[] body, Deadline deadline, BodyReader reader) {
        this.address = address;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.deadline = deadline;
        this.reader = reader;
        this.server = address.server();
    }

    @Override
    public byte[] call() throws IOException {
        HttpAddress current = address;
        for (int redirects = 0; ; redirects++) {
            server = current.server();
            redirect = redirects == 0 ? "" : ", after a redirect to " + shown(current);
            open(current);
            boolean complete = false;
            try {
                int status = send();
                String location = REDIRECTS.contains(status) ? connection.getHeaderField("Location") : null;
                if (location == null) {
                    byte[] answer = answer(status);
                    complete = true;
                    return answer;
                }
                current = target(current, status, location, redirects);
            } finally {
                if (!complete) {
                    connection.disconnect();
                }
            }
        }
    }

    private void open(HttpAddress current) throws IOException {
        HttpURLConnection opened = (HttpURLConnection) current.url().openConnection();
        int millis = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos()) + 1);
        opened.setConnectTimeout(millis);
        opened.setReadTimeout(millis);
        opened.setInstanceFollowRedirects(false);
        opened.setUseCaches(false);
        opened.setRequestProperty("Accept", "*/*");
        headers.forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Authorization") || current.origin().equals(address.origin())) {
                opened.setRequestProperty(name, value);
            }
        });
        connection = opened;
        if (aborted || deadline.hasPassed()) {
            throw new IOException("no time is left");
        }
    }

    private int send() throws IOException {
        if (body != null) {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new Rejection("the answer is not HTTP");
        }
        return status;
    }

    private byte[] answer(int status) throws IOException {
        if (status != HttpURLConnection.HTTP_OK) {
            throw new Rejection("the answer has status " + status);
        }
        try (InputStream in = new UntilDeadline(connection.getInputStream())) {
            return reader.read(in);
        }
    }

    private HttpAddress target(HttpAddress from, int status, String location, int redirects) throws IOException {
        HttpAddress target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new Rejection("the answer has status " + status + " and redirects to "
                    + (body == null ? PeerText.printable(location, MAX_TARGET_LENGTH) : "another address")
                    + ", which is not followed because " + e.getMessage());
        }
        String reason = null;
        if (body != null && !REDIRECTS_OF_POST.contains(status)) {
            reason = "a POST request is repeated only for the statuses 307 and 308";
        } else if (from.isSecure() && !target.isSecure()) {
            reason = "it leaves https";
        } else if (redirects == MAX_REDIRECTS) {
            reason = "there were " + MAX_REDIRECTS + " redirects before";
        }
        if (reason != null) {
            throw new Rejection("the answer has status " + status + " and redirects to " + shown(target)
                    + ", which is not followed because " + reason);
        }
        return target;
    }

    /** Addresses that get POST requests are settings too, whose paths can contain a customer's key. */
    private String shown(HttpAddress target) {
        return body == null ? PeerText.printable(target.toString(), MAX_TARGET_LENGTH) : target.origin();
    }

    /**
     * Returns the end of an error message: the target of the last redirect that was followed; empty if there was none.
     */
    String redirect() {
        return redirect;
    }

    /** Returns host and port of the current server. */
    String server() {
        return server;
    }

    /** Ends a request that waits for the headers of its response. */
    void abort() {
        aborted = true;
        HttpURLConnection opened = connection;
        if (opened != null) {
            opened.disconnect();
        }
    }

    /** Ends a body that comes byte by byte; the socket's timeout ends one that does not come. */
    private final class UntilDeadline extends FilterInputStream {

        UntilDeadline(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (deadline.hasPassed()) {
                throw new IOException("no time is left");
            }
            return super.read(buffer, offset, length);
        }
    }
}
