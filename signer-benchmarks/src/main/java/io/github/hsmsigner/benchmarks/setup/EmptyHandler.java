package io.github.hsmsigner.benchmarks.setup;

import io.javalin.Javalin;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A Javalin server that reads each request and answers with the same bytes: the least that a callback over HTTP takes. */
public final class EmptyHandler {

    /** The environment variable with the length of the response. */
    public static final String LENGTH = "EMPTY_HANDLER_LENGTH";

    /** As many threads as the service has by default. */
    private static final int MAX_THREADS = 268;

    private static final int MIN_THREADS = 12;

    private EmptyHandler() {}

    /**
     * Serves until the process is stopped.
     *
     * @param args none
     */
    public static void main(String[] args) {
        byte[] answer = "a".repeat(Integer.parseInt(System.getenv(LENGTH))).getBytes(StandardCharsets.US_ASCII);
        Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.jetty.threadPool = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
                    config.routes.get("/health/ready", context -> context.result("ready"));
                    config.routes.post("/sign", context -> {
                        context.bodyAsBytes();
                        context.contentType("application/json").result(answer);
                    });
                })
                .start("127.0.0.1", Integer.parseInt(System.getenv("SIGNING_SERVICE_PORT")));
    }
}
