package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hsmsigner.examples.documentengine.report.SignatureReport;
import io.github.hsmsigner.examples.documentengine.report.SignatureReports;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** Answers the calls that show a document: its callback events, the report on its signatures, its signature fields, and its pages. */
final class DocumentViews {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(10);
    private static final int WIDEST_IMAGE = 2000;
    private static final int DEFAULT_WIDTH = 800;

    private final Documents documents;
    private final SignatureReports reports;

    DocumentViews(Documents documents, SignatureReports reports) {
        this.documents = documents;
        this.reports = reports;
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
        context.contentType("application/json").result(JSON.writeValueAsString(Map.of("signatures", reports(pdf))));
    }

    private List<SignatureReport> reports(byte[] pdf) {
        try {
            return reports.of(pdf);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("A signature of the PDF cannot be read.", e);
        }
    }

    /** {@code GET /api/documents/{id}/pages/{pageIndex}/image}: a PNG. */
    void pageImage(Context context) throws IOException {
        byte[] pdf = documents.find(context.pathParam("id")).current();
        int width = number(context.queryParam("width"), "width", DEFAULT_WIDTH, 1, WIDEST_IMAGE);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            int last = document.getNumberOfPages() - 1;
            int pageIndex = number(context.pathParam("pageIndex"), "pageIndex", 0, 0, last);
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(render(document, pageIndex, width), "png", png);
            context.contentType("image/png")
                    .header("X-Page-Count", Integer.toString(last + 1))
                    .result(png.toByteArray());
        }
    }

    /** {@code GET /api/documents/{id}/signature-fields}: the fields that are not signed yet. */
    void signatureFields(Context context) {
        byte[] pdf = documents.find(context.pathParam("id")).current();
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode fields = answer.putArray("signatureFields");
        try (PDDocument document = Loader.loadPDF(pdf)) {
            for (FieldToSign field : FieldToSign.unsigned(document)) {
                fields.addObject()
                        .put("name", field.existing().orElseThrow().getFullyQualifiedName())
                        .put("pageIndex", field.pageIndex())
                        .put("visible", field.place().isPresent());
            }
        } catch (IOException e) {
            throw ApiException.badRequest("The form of the PDF cannot be read.", e);
        }
        context.contentType("application/json").result(answer.toString());
    }

    private static BufferedImage render(PDDocument document, int pageIndex, int width) throws IOException {
        float pageWidth = document.getPage(pageIndex).getCropBox().getWidth();
        if (PlaceOnPage.rotation(document.getPage(pageIndex)) % 180 != 0) {
            pageWidth = document.getPage(pageIndex).getCropBox().getHeight();
        }
        return new PDFRenderer(document).renderImage(pageIndex, width / pageWidth, ImageType.RGB);
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
}
