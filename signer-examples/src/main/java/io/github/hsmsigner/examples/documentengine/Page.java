package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The web page of the stand-in. It uses the API like any other application and has no special rights. It presents the
 * token that its user enters, and fills in a token only if that is the well-known default.
 */
final class Page {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final byte[] settings;
    private final byte[] sample = sampleDocument();

    Page(DocumentEngineSettings settings) {
        ObjectNode json = JSON.createObjectNode();
        json.put(
                "apiToken",
                settings.apiToken().equals(DocumentEngineSettings.DEFAULT_API_TOKEN)
                        ? DocumentEngineSettings.DEFAULT_API_TOKEN
                        : "");
        json.put("timestamps", settings.timestampAuthority().isPresent());
        json.put("hashAlgorithm", settings.hashAlgorithm().spelling());
        json.put("cadesLevel", settings.cadesLevel().spelling());
        json.put("signingService", settings.signingService().toString());
        this.settings = json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sampleDocument() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            SampleDocument.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing in memory failed", e);
        }
        return out.toByteArray();
    }

    void addTo(JavalinDefaultRoutingApi routes) {
        addFile(routes, "/", "page.html", "text/html; charset=utf-8");
        addFile(routes, "/page.css", "page.css", "text/css; charset=utf-8");
        addFile(routes, "/page.js", "page.js", "text/javascript; charset=utf-8");
        addFile(routes, "/api-client.js", "api-client.js", "text/javascript; charset=utf-8");
        addFile(routes, "/favicon.svg", "favicon.svg", "image/svg+xml");
        routes.get("/page-settings.json", context -> answer(context, "application/json", settings));
        routes.get("/sample.pdf", context -> answer(context, "application/pdf", sample));
    }

    private static void addFile(JavalinDefaultRoutingApi routes, String path, String name, String type) {
        byte[] file = read(name);
        routes.get(path, context -> answer(context, type, file));
    }

    private static void answer(Context context, String type, byte[] content) {
        context.header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .header("Cache-Control", "no-store")
                .contentType(type)
                .result(content);
    }

    private static byte[] read(String name) {
        try (InputStream file = Page.class.getResourceAsStream("page/" + name)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("The page is part of the program", e);
        }
    }
}
