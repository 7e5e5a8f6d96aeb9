package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hsmsigner.examples.documentengine.report.SignatureReport;
import io.github.hsmsigner.examples.documentengine.report.SignatureReports;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Answers the calls that show a document: its callback events, the report on its signatures, its signature fields, and its pages. */
final class DocumentViews implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(10);
    private static final int WIDEST_IMAGE = 2000;
    private static final int DEFAULT_WIDTH = 800;

    private final Documents documents;
    private final SignatureReports reports;
    private final TimeLimiter limiter;

    DocumentViews(Documents documents, SignatureReports reports, Duration limit) {
        this.documents = documents;
        this.reports = reports;
        this.limiter = new TimeLimiter(limit);
    }

    /** Answers with 404 while that can still be done, before a stream begins. */
    void requireDocument(Context context) {
        documents.find(context.pathParam("id"));
    }

    /** {@code GET /api/documents/{id}/events}: all events so far and those to come, as Server-Sent Events. */
    void events(SseClient client) {
        CallbackEvents events = documents.find(client.ctx().pathParam("id")).events();
        int next = 0;
        try {
            while (!client.terminated()) {
                CallbackEvents.Batch batch = events.await(next, BETWEEN_SIGNS_OF_LIFE);
                for (String event : batch.events()) {
                    client.sendEvent("callback", event);
                }
                if (batch.events().isEmpty()) {
                    client.sendComment("nothing yet");
                }
                next = batch.next();
            }
        } catch (InterruptedException e) {
            // The server stops.
            Thread.currentThread().interrupt();
        }
    }

    /** {@code GET /api/documents/{id}/report}. */
    void report(Context context) throws JsonProcessingException {
        byte[] pdf = documents.find(context.pathParam("id")).current();
        List<SignatureReport> signatures = limiter.call("The report", () -> reports(pdf));
        context.contentType("application/json").result(JSON.writeValueAsString(Map.of("signatures", signatures)));
    }

    private List<SignatureReport> reports(byte[] pdf) {
        try {
            return reports.of(pdf);
        } catch (IllegalArgumentException | StackOverflowError e) {
            throw ApiException.badRequest("EU DSS cannot read the PDF.", e);
        }
    }

    /** {@code GET /api/documents/{id}/pages/{pageIndex}/image}: a PNG. */
    void pageImage(Context context) {
        byte[] pdf = documents.find(context.pathParam("id")).current();
        int width = number(context.queryParam("width"), "width", DEFAULT_WIDTH, 1, WIDEST_IMAGE);
        String page = context.pathParam("pageIndex");
        Image image = limiter.call(
                "The page image",
                () -> PdfFile.open(pdf, "The page cannot be drawn.", document -> {
                    int last = document.getNumberOfPages() - 1;
                    int pageIndex = number(page, "pageIndex", 0, 0, last);
                    ByteArrayOutputStream png = new ByteArrayOutputStream();
                    ImageIO.write(PageImage.draw(document, pageIndex, width), "png", png);
                    return new Image(png.toByteArray(), last + 1);
                }));
        context.contentType("image/png")
                .header("X-Page-Count", Integer.toString(image.pages()))
                .result(image.png());
    }

    private record Image(byte[] png, int pages) {}

    /** {@code GET /api/documents/{id}/signature-fields}: the fields that are not signed yet. */
    void signatureFields(Context context) {
        byte[] pdf = documents.find(context.pathParam("id")).current();
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode fields = answer.putArray("signatureFields");
        List<FieldToSign> unsigned = PdfFile.open(pdf, "The form of the PDF cannot be read.", FieldToSign::unsigned);
        for (FieldToSign field : unsigned) {
            fields.addObject()
                    .put("name", field.existing().orElseThrow().getFullyQualifiedName())
                    .put("pageIndex", field.pageIndex())
                    .put("visible", field.place().isPresent());
        }
        context.contentType("application/json").result(answer.toString());
    }

    private static int number(String text, String name, int whenAbsent, int least, int greatest) {
        if (text == null) {
            return whenAbsent;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= greatest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw mustBe(name, least, greatest);
        }
        throw mustBe(name, least, greatest);
    }

    private static ApiException mustBe(String name, int least, int greatest) {
        return ApiException.badRequest(name + " must be a number between " + least + " and " + greatest + ".");
    }

    @Override
    public void close() {
        limiter.close();
    }
}
