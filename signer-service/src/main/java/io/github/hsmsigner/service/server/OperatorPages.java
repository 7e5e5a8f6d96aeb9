package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The pages for orchestrators and monitoring. {@code GET /} and {@code GET /health/live} answer 200 as long as the
 * process runs, even if the HSM fails. A restart would log in again and does not repair an HSM.
 * {@code GET /health/ready} reports whether requests can be served.
 *
 * <p>The pages come before each step that can wait for a client or for the HSM. None of them waits.
 */
final class OperatorPages extends Handler.Wrapper {

    private static final String JSON = "application/json";

    /** A page of metrics is held in memory until its client has received it. */
    private static final int MAX_METRICS_RESPONSES = 8;

    private final Map<String, Page> pages = new TreeMap<>();
    private final Semaphore metricsResponses = new Semaphore(MAX_METRICS_RESPONSES);

    private final ServerAnswers answers;

    private OperatorPages(ServerAnswers answers) {
        this.answers = answers;
    }

    /** Creates the pages that every listener has. */
    static OperatorPages liveness(ServerAnswers answers) {
        OperatorPages pages = new OperatorPages(answers);
        pages.pages.put("/", (request, response) -> new Content(JSON, HealthAnswer.status("up")));
        pages.pages.put("/health/live", (request, response) -> new Content(JSON, HealthAnswer.status("live")));
        return pages;
    }

    /** Creates all pages. */
    static OperatorPages all(HealthReport health, Optional<MetricsPage> metrics, ServerAnswers answers) {
        OperatorPages pages = liveness(answers);
        pages.pages.put("/health/ready", (request, response) -> {
            Health now = health.ready();
            response.setStatus(now.ready() ? 200 : 503);
            return new Content(JSON, HealthAnswer.of(now));
        });
        metrics.ifPresent(page -> pages.pages.put("/metrics", new MetricsContent(page)));
        return pages;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Page page = pages.get(Request.getPathInContext(request));
        if (page == null) {
            return super.handle(request, response, callback);
        }
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            answers.send(request, response, callback, id -> ErrorResponses.methodNotAllowed("GET, HEAD", id));
            return true;
        }
        if (page instanceof MetricsContent) {
            if (!metricsResponses.tryAcquire()) {
                answers.send(request, response, callback, ServerAnswers::tooManyRequests);
                return true;
            }
            Request.addCompletionListener(request, failure -> metricsResponses.release());
        }
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        Content content = page.content(request, response);
        JettyAnswers.send(response, callback, content.type(), content.bytes(), JettyAnswers.requestId(request));
        return true;
    }

    @FunctionalInterface
    private interface Page {

        Content content(Request request, Response response) throws IOException;
    }

    private record MetricsContent(MetricsPage page) implements Page {

        @Override
        public Content content(Request request, Response response) throws IOException {
            String type =
                    page.contentType(Optional.ofNullable(request.getHeaders().get(HttpHeader.ACCEPT)));
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            page.writeTo(type, text);
            return new Content(type, text.toByteArray());
        }
    }

    private record Content(String type, byte[] bytes) {}
}
