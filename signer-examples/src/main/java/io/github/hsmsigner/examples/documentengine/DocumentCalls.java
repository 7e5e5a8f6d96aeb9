package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hsmsigner.examples.documentengine.SignatureProgress.Level;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the calls that upload, sign and download documents, as Document Engine has them. */
final class DocumentCalls {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentCalls.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WATERMARK = "image";
    private static final String GRAPHIC = "graphicImage";

    private final Documents documents;
    private final Signing signing;
    private final HashAlgorithm defaultHash;
    private final CadesLevel defaultLevel;

    DocumentCalls(Documents documents, Signing signing, HashAlgorithm defaultHash, CadesLevel defaultLevel) {
        this.documents = documents;
        this.signing = signing;
        this.defaultHash = defaultHash;
        this.defaultLevel = defaultLevel;
    }

    /** {@code POST /api/documents}: the PDF is the body, or the field {@code file} of a form. */
    void upload(Context context) {
        byte[] file = context.isMultipartFormData()
                ? file(context, "file")
                        .orElseThrow(() -> ApiException.badRequest("The form has no file in the field \"file\"."))
                : context.bodyAsBytes();
        PdfFile.requirePdf(file);
        String id = documents.add(file);
        LOG.info("Document {}: uploaded, {} bytes.", id, file.length);
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("data").put("document_id", id);
        context.contentType("application/json").result(answer.toString());
    }

    /** {@code POST /api/documents/{id}/sign}: the options are the body, or the field {@code data} of a form with pictures. */
    void sign(Context context) {
        String id = context.pathParam("id");
        Documents.Document document = documents.find(id);
        Signing.Result result;
        try {
            SignOptions options = SignOptions.parse(body(context), defaultHash, defaultLevel);
            AppearanceImages images = images(context, options);
            result = document.sign(pdf -> signing.sign(pdf, options, images, document.events()));
            LOG.info(
                    "Document {}: signed, {}. {}",
                    id,
                    options,
                    result.level().flatMap(Level::shortfall).orElse(""));
        } catch (ApiException e) {
            document.events().refused(e.getMessage());
            throw e;
        }
        document.events().signed();
        ObjectNode answer = JSON.createObjectNode();
        ObjectNode data = answer.putObject("data").put("document_id", id);
        result.level().ifPresent(level -> {
            data.put("cadesLevel", level.reached().spelling());
            level.shortfall().ifPresent(reason -> data.put("cadesLevelReason", reason));
        });
        context.contentType("application/json").result(answer.toString());
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

    private static AppearanceImages images(Context context, SignOptions options) {
        if (!context.isMultipartFormData()) {
            return AppearanceImages.none();
        }
        return new AppearanceImages(
                file(context, WATERMARK)
                        .map(bytes -> AppearanceImage.of(
                                WATERMARK, bytes, options.appearance().flatMap(Appearance::watermarkType))),
                file(context, GRAPHIC).map(bytes -> AppearanceImage.of(GRAPHIC, bytes, Optional.empty())));
    }

    private static Optional<byte[]> file(Context context, String field) {
        UploadedFile part = context.uploadedFile(field);
        if (part == null) {
            return Optional.empty();
        }
        try (InputStream content = part.content()) {
            return Optional.of(content.readAllBytes());
        } catch (IOException e) {
            throw ApiException.badRequest("The field \"" + field + "\" of the form cannot be read.", e);
        }
    }

    /** {@code GET /api/documents/{id}/pdf}. */
    void download(Context context) {
        context.contentType("application/pdf")
                .result(documents.find(context.pathParam("id")).current());
    }
}
