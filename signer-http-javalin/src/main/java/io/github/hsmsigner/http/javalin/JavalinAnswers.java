package io.github.hsmsigner.http.javalin;

import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.javalin.http.Context;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the answers of the protocol through Javalin. Thread-safe; each thread uses its own request.
 */
public final class JavalinAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(JavalinAnswers.class);

    private JavalinAnswers() {}

    /**
     * Makes an answer the result of a request. One that its client does not take any more is logged, and no error.
     *
     * @param context the request
     * @param answer the answer
     */
    public static void send(Context context, CallbackAnswer answer) {
        // Signatures do not compress, and a client that asks for gzip by habit may not undo it.
        context.disableCompression();
        context.status(answer.status());
        answer.headers().forEach(context::header);
        context.contentType(answer.contentType());
        // A browser must not take a response for a page or a script, whatever bytes a client has put into it.
        context.header("X-Content-Type-Options", "nosniff");
        try {
            // A result in Javalin is copied through a buffer that costs more memory than all of the answer. Without a
            // length, the answer goes out when the request has ended for the server too.
            answer.writeTo(context.res().getOutputStream());
        } catch (IOException e) {
            // The client is gone or takes nothing more, and the connection is closed for it. There is nothing to answer
            // any more.
            if (!answer.undelivered(e.toString())) {
                LOG.info("Request {}: its answer could not be sent: {}", RequestIds.of(context), e.toString());
            }
        }
    }
}
