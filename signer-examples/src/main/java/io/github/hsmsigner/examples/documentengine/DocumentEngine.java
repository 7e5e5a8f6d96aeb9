package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stand-in's HTTP server, with the calls {@code POST /api/documents}, {@code POST /api/documents/{id}/sign} and
 * {@code GET /api/documents/{id}/pdf}. Safe for use by any number of threads at once; whoever starts it closes it.
 */
public final class DocumentEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentEngine.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern AUTHORIZATION = Pattern.compile("Token token=\"([^\"]*)\"");
    private static final long LARGEST_UPLOAD = 256L * 1024 * 1024;

    private final Documents documents = new Documents();
    private final byte[] apiToken;
    private final SigningServiceClient service;
    private final Javalin server;

    private DocumentEngine(DocumentEngineSettings settings) {
        this.apiToken = settings.apiToken().getBytes(StandardCharsets.UTF_8);
        this.service = new SigningServiceClient(settings.signingService(), settings.sendContents());
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
     * Where it listens.
     *
     * @return the port
     */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = LARGEST_UPLOAD;
        config.routes
                .before("/api/*", this::authorize)
                .post("/api/documents", this::upload)
                .post("/api/documents/{id}/sign", this::sign)
                .get("/api/documents/{id}/pdf", this::download)
                .exception(ApiException.class, DocumentEngine::refuse);
    }

    private void authorize(Context context) {
        String header = context.header("Authorization");
        Matcher matcher = AUTHORIZATION.matcher(header == null ? "" : header);
        if (!matcher.matches()
                || !MessageDigest.isEqual(apiToken, matcher.group(1).getBytes(StandardCharsets.UTF_8))) {
            throw ApiException.unauthorized();
        }
    }

    private void upload(Context context) throws IOException {
        byte[] file = uploaded(context);
        PdfSignature.requirePdf(file);
        String id = documents.add(file);
        LOG.info("Document {}: uploaded, {} bytes.", id, file.length);
        answerWithDocument(context, id);
    }

    private static byte[] uploaded(Context context) throws IOException {
        if (!context.isMultipartFormData()) {
            return context.bodyAsBytes();
        }
        UploadedFile part = context.uploadedFile("file");
        if (part == null) {
            throw ApiException.badRequest("The form has no file in the field \"file\".");
        }
        try (InputStream content = part.content()) {
            return content.readAllBytes();
        }
    }

    private void sign(Context context) {
        String id = context.pathParam("id");
        SignOptions options = SignOptions.parse(body(context));
        ContainerSource source = switch (options.container()) {
            case RAW -> new RawContainerSource(service, options);
            case PKCS7 -> new Pkcs7ContainerSource(service, options);
        };
        documents.change(id, pdf -> new PdfSignature(options).addTo(pdf, source));
        LOG.info("Document {}: signed, {}.", id, options);
        answerWithDocument(context, id);
    }

    private static String body(Context context) {
        if (!context.isMultipartFormData()) {
            return context.body();
        }
        String data = context.formParam("data");
        if (data == null) {
            throw ApiException.badRequest("The form has no field \"data\".");
        }
        return data;
    }

    private void download(Context context) {
        context.contentType("application/pdf").result(documents.current(context.pathParam("id")));
    }

    private static void answerWithDocument(Context context, String id) {
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("data").put("document_id", id);
        context.contentType("application/json").result(answer.toString());
    }

    private static void refuse(ApiException refusal, Context context) {
        if (refusal.status() >= 500) {
            String cause = refusal.getCause() == null ? "" : " Cause: " + refusal.getCause();
            LOG.warn("{} {}: {}{}", context.method(), context.path(), refusal.getMessage(), cause);
        } else {
            // The cause is left out, as it may quote the document or the request.
            LOG.info("{} {}: {}", context.method(), context.path(), refusal.getMessage());
        }
        ObjectNode answer = JSON.createObjectNode().put("error", refusal.getMessage());
        context.status(refusal.status()).contentType("application/json").result(answer.toString());
    }
}
