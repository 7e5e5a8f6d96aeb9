package io.github.hsmsigner.http.javalin;

import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.javalin.http.Context;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the responses of the protocol through Javalin. Thread-safe; each thread uses its own request. */
public final class JavalinResponses {

    private static final Logger LOG = LoggerFactory.getLogger(JavalinResponses.class);

    private JavalinResponses() {}

    /**
     * Sends a response. If the client does not receive it, this is logged and no exception.
     *
     * @param context the request
     * @param response the response
     */
    public static void send(Context context, CallbackResponse response) {
        // Signatures do not compress, and a client that requests gzip out of habit may not decompress.
        context.disableCompression();
        context.status(response.status());
        response.headers().forEach(context::header);
        context.contentType(response.contentType());
        // A browser must not take a response for a page or a script, whatever bytes a client has put into it.
        context.header("X-Content-Type-Options", "nosniff");
        try {
            // Javalin copies a result through a buffer that needs more memory than the response. Without a length, the
            // response leaves when the request has ended for the server too.
            response.writeTo(context.res().getOutputStream());
        } catch (IOException e) {
            // The client has disconnected or takes nothing more, so the connection is closed.
            if (!response.undelivered(e.toString())) {
                LOG.info("Request {}: its response could not be sent: {}", RequestIds.of(context), e.toString());
            }
        }
    }
}
