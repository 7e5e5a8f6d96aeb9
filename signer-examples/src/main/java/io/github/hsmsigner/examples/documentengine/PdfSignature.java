package io.github.hsmsigner.examples.documentengine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Calendar;
import java.util.TimeZone;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.ExternalSigningSupport;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;

/** Adds an invisible signature to a PDF as an incremental update, which leaves every byte that was there as it was. */
final class PdfSignature {

    private static final COSName DOC_MDP = COSName.getPDFName("DocMDP");
    private static final COSName TRANSFORM_METHOD = COSName.getPDFName("TransformMethod");
    private static final int NO_CHANGES = 1;
    private static final int CHANGES_BY_DEFAULT = 2;
    /** Where readers look for the header. */
    private static final int HEADER_AREA = 1024;

    private final SignOptions options;

    PdfSignature(SignOptions options) {
        this.options = options;
    }

    /** Refuses what is not a PDF that can be opened. */
    static void requirePdf(byte[] file) {
        String start = new String(file, 0, Math.min(file.length, HEADER_AREA), StandardCharsets.ISO_8859_1);
        if (!start.contains("%PDF-")) {
            throw ApiException.badRequest("The file is not a PDF.");
        }
        try (PDDocument document = Loader.loadPDF(file)) {
            if (document.getNumberOfPages() == 0) {
                throw ApiException.badRequest("The PDF has no page.");
            }
        } catch (InvalidPasswordException e) {
            throw ApiException.badRequest("The PDF opens with a password only.", e);
        } catch (IOException e) {
            throw ApiException.badRequest("The PDF is damaged.", e);
        }
    }

    /** Gives the PDF with one more signature. */
    byte[] addTo(byte[] pdf, ContainerSource source) {
        try (PDDocument document = Loader.loadPDF(pdf);
                SignatureOptions room = new SignatureOptions()) {
            requireChangesAllowed(document);
            room.setPreferredSignatureSize(options.estimatedSize());
            PDSignature signature = dictionary();
            document.addSignature(signature, room);
            ByteArrayOutputStream signed = new ByteArrayOutputStream(pdf.length + 4 * options.estimatedSize());
            ExternalSigningSupport signing = document.saveIncrementalForExternalSigning(signed);
            byte[] container = source.containerFor(signing.getContent().readAllBytes());
            if (container.length > options.estimatedSize()) {
                throw ApiException.badRequest("The signature needs " + container.length
                        + " bytes, but estimatedSize reserves " + options.estimatedSize() + ".");
            }
            // In an encrypted PDF the room was filled with encrypted zeros, of which nothing may remain.
            signing.setSignature(Arrays.copyOf(container, roomIn(signature)));
            return signed.toByteArray();
        } catch (IOException e) {
            throw ApiException.badRequest("The PDF is damaged in a place that signing needs.", e);
        }
    }

    /** The bytes between the two parts of the ByteRange, which are hexadecimal digits in angle brackets. */
    private static int roomIn(PDSignature signature) {
        int[] range = signature.getByteRange();
        return (range[2] - range[1] - 2) / 2;
    }

    private PDSignature dictionary() {
        PDSignature signature = new PDSignature();
        signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
        signature.setSubFilter(options.type().subFilter());
        signature.setSignDate(Calendar.getInstance(TimeZone.getTimeZone("UTC")));
        options.metadata().signerName().ifPresent(signature::setName);
        options.metadata().reason().ifPresent(signature::setReason);
        options.metadata().location().ifPresent(signature::setLocation);
        return signature;
    }

    /** A certification signature may forbid every later change (ISO 32000-2, 12.8.2.2). */
    private static void requireChangesAllowed(PDDocument document) {
        COSDictionary permissions = document.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.PERMS);
        COSDictionary certification = permissions == null ? null : permissions.getCOSDictionary(DOC_MDP);
        COSArray references = certification == null ? null : certification.getCOSArray(COSName.getPDFName("Reference"));
        if (references == null) {
            return;
        }
        for (int i = 0; i < references.size(); i++) {
            COSBase reference = references.getObject(i);
            if (reference instanceof COSDictionary dictionary
                    && DOC_MDP.equals(dictionary.getCOSName(TRANSFORM_METHOD))
                    && changesAllowed(dictionary) == NO_CHANGES) {
                throw ApiException.badRequest(
                        "The PDF carries a certification that allows no changes, so no signature either.");
            }
        }
    }

    private static int changesAllowed(COSDictionary reference) {
        COSDictionary parameters = reference.getCOSDictionary(COSName.getPDFName("TransformParams"));
        return parameters == null ? CHANGES_BY_DEFAULT : parameters.getInt(COSName.P, CHANGES_BY_DEFAULT);
    }
}
