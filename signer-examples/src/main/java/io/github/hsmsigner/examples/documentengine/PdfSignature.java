package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.pdf.SignablePdf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.TimeZone;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.ExternalSigningSupport;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;

/** Adds a signature to a PDF as an incremental update, which leaves every byte that was there as it was. */
final class PdfSignature {

    private final SignOptions options;
    private final AppearanceImages images;

    PdfSignature(SignOptions options, AppearanceImages images) {
        this.options = options;
        this.images = images;
    }

    /** Returns the PDF with one more signature. Requires that the result can be signed again. */
    byte[] addTo(byte[] pdf, ContainerSource source) {
        byte[] signed = PdfFile.open(
                pdf,
                "The PDF is damaged in a place that signing needs.",
                document -> addTo(document, pdf.length, source));
        PdfFile.requirePdf(signed);
        return signed;
    }

    private byte[] addTo(PDDocument document, int size, ContainerSource source) throws IOException {
        SignablePdf.requireChangesAllowed(document, options.formFieldName().orElse(null));
        try (SignatureOptions room = new SignatureOptions()) {
            FieldToSign field = FieldToSign.choose(document, options);
            requirePlaceForAppearance(field);
            room.setPreferredSignatureSize(options.estimatedSize());
            room.setPage(field.pageIndex());
            Instant time = Instant.now();
            PDSignature signature = dictionary(time);
            field.fill(signature);
            document.addSignature(signature, room);
            if (field.place().isPresent()) {
                PDAnnotationWidget widget =
                        FieldToSign.of(document, signature).getWidgets().get(0);
                new VisibleSignature(options.appearance().orElseGet(Appearance::standard), options.metadata(), images)
                        .draw(document, widget, field.place().get(), time);
            }
            return signed(document, signature, size, source);
        }
    }

    private void requirePlaceForAppearance(FieldToSign field) {
        if (field.place().isEmpty() && (options.appearance().isPresent() || images.any())) {
            throw ApiException.badRequest("appearance needs a place: position with pageIndex and rect, or the "
                    + "formFieldName of a field that has a size.");
        }
    }

    private byte[] signed(PDDocument document, PDSignature signature, int size, ContainerSource source)
            throws IOException {
        ByteArrayOutputStream signed = new ByteArrayOutputStream(size + 4 * options.estimatedSize());
        ExternalSigningSupport signing = document.saveIncrementalForExternalSigning(signed);
        byte[] container = source.containerFor(signing.getContent().readAllBytes());
        if (container.length > options.estimatedSize()) {
            throw ApiException.badRequest("The signature needs " + container.length
                    + " bytes, but estimatedSize reserves " + options.estimatedSize() + ".");
        }
        // In an encrypted PDF the room was filled with encrypted zeros, of which nothing may remain.
        signing.setSignature(Arrays.copyOf(container, roomIn(signature)));
        return signed.toByteArray();
    }

    /** Returns the bytes between the two parts of the ByteRange, which are hexadecimal digits in angle brackets. */
    private static int roomIn(PDSignature signature) {
        int[] range = signature.getByteRange();
        return (range[2] - range[1] - 2) / 2;
    }

    private PDSignature dictionary(Instant time) {
        Calendar date = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        date.setTime(Date.from(time));
        PDSignature signature = new PDSignature();
        signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
        signature.setSubFilter(options.type().subFilter());
        signature.setSignDate(date);
        options.metadata().signerName().ifPresent(signature::setName);
        options.metadata().reason().ifPresent(signature::setReason);
        options.metadata().location().ifPresent(signature::setLocation);
        return signature;
    }
}
