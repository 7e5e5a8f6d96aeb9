package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hsmsigner.examples.documentengine.report.SignatureReports;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stand-in's HTTP server: the calls {@code POST /api/documents}, {@code POST /api/documents/{id}/sign} and
 * {@code GET /api/documents/{id}/pdf} of Document Engine, and a web page to try them at {@code GET /}. Thread-safe;
 * the caller that starts it closes it.
 */
public final class DocumentEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentEngine.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern AUTHORIZATION = Pattern.compile("Token token=\"([^\"]*)\"");
    private static final long LARGEST_UPLOAD = 256L * 1024 * 1024;
    private static final Duration VIEW_LIMIT = Duration.ofSeconds(20);

    private final byte[] apiToken;
    private final Signing signing;
    private final DocumentCalls calls;
    private final DocumentViews views;
    private final Page page;
    private final Javalin server;

    private DocumentEngine(DocumentEngineSettings settings) {
        Documents documents = new Documents();
        this.apiToken = settings.apiToken().getBytes(StandardCharsets.UTF_8);
        this.signing = new Signing(settings);
        this.calls = new DocumentCalls(documents, signing, settings.hashAlgorithm(), settings.cadesLevel());
        this.views = new DocumentViews(documents, new SignatureReports(settings.trustedCertificates()), VIEW_LIMIT);
        this.page = new Page(settings);
        this.server = Javalin.create(this::configure);
    }

    /**
     * Starts a stand-in.
     *
     * @param settings how it is set up
     * @return the stand-in, ready for requests
     */
    public static DocumentEngine start(DocumentEngineSettings settings) {
        DocumentEngine engine = new DocumentEngine(settings);
        engine.server.start(settings.port());
        return engine;
    }

    /**
     * Returns the port that it listens on.
     *
     * @return the port
     */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
        views.close();
        signing.close();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = LARGEST_UPLOAD;
        config.routes
                .before("/api/*", this::authorize)
                .post("/api/documents", calls::upload)
                .post("/api/documents/{id}/sign", calls::sign)
                .get("/api/documents/{id}/pdf", calls::download)
                .before("/api/documents/{id}/events", views::requireDocument)
                .sse("/api/documents/{id}/events", views::events)
                .get("/api/documents/{id}/report", views::report)
                .get("/api/documents/{id}/signature-fields", views::signatureFields)
                .get("/api/documents/{id}/pages/{pageIndex}/image", views::pageImage)
                .exception(ApiException.class, DocumentEngine::refuse)
                .exception(Exception.class, DocumentEngine::fail);
        page.addTo(config.routes);
    }

    private void authorize(Context context) {
        context.header("X-Content-Type-Options", "nosniff");
        String header = context.header("Authorization");
        Matcher matcher = AUTHORIZATION.matcher(header == null ? "" : header);
        if (!matcher.matches()
                || !MessageDigest.isEqual(apiToken, matcher.group(1).getBytes(StandardCharsets.UTF_8))) {
            throw ApiException.unauthorized();
        }
    }

    private static void refuse(ApiException refusal, Context context) {
        if (refusal.status() >= 500) {
            String cause = refusal.getCause() == null ? "" : " Cause: " + refusal.getCause();
            LOG.warn("{} {}: {}{}", context.method(), context.path(), refusal.getMessage(), cause);
        } else {
            // Only the class of the cause. Its message may quote the document or the request.
            String cause = refusal.getCause() == null
                    ? ""
                    : " Cause: " + refusal.getCause().getClass().getName() + ".";
            LOG.info("{} {}: {}{}", context.method(), context.path(), refusal.getMessage(), cause);
        }
        answer(context, refusal.status(), refusal.getMessage());
    }

    private static void fail(Exception failure, Context context) {
        LOG.error("{} {}: unexpected error.", context.method(), context.path(), failure);
        answer(context, 500, "Unexpected error of the stand-in. Its log has the cause.");
    }

    private static void answer(Context context, int status, String error) {
        ObjectNode answer = JSON.createObjectNode().put("error", error);
        context.status(status).contentType("application/json").result(answer.toString());
    }
}
