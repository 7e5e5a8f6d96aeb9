package io.github.hsmsigner.http.javalin;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request, of which the server hears when it is first read. A server that is asked for the stream tells the client to
 * send, which is in vain where the headers alone are reason enough to refuse the request. Used by one thread.
 */
final class RequestBody extends InputStream {

    private final Context context;
    private InputStream body;

    RequestBody(Context context) {
        this.context = context;
    }

    private InputStream body() {
        if (body == null) {
            body = context.bodyInputStream();
        }
        return body;
    }

    @Override
    public int read() throws IOException {
        return body().read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return body().read(buffer, offset, length);
    }
}
