package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSNumber;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.ExternalSigningSupport;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDField;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/** An incremental update that adds a signature to a document (ISO 32000-2, sections 7.5.6 and 12.8). */
final class SignatureUpdate {

    private final PDDocument document;
    private final int pages;
    private final PDSignature signature = new PDSignature();

    private SignatureUpdate(PDDocument document) {
        this.document = document;
        this.pages = document.getNumberOfPages();
        signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
    }

    /** Makes the container of a signature. */
    @FunctionalInterface
    interface ContainerSource {
        /** Returns the container for all of the file except the room for it. */
        byte[] containerFor(InputStream content) throws IOException;
    }

    /**
     * Prepares a signature of a signer.
     *
     * @param signerName the name that an appearance shows
     */
    static SignatureUpdate signature(
            PDDocument document, PdfSignatureOptions options, String signerName, int containerSize) {
        return InputPdf.pdfBox(() -> {
            Modifications.requireAllowed(document, options.fieldName());
            SignatureUpdate update = new SignatureUpdate(document);
            update.describe(options);
            if (options.certification().isPresent()) {
                Modifications.requireUnsigned(document);
                Modifications.certify(
                        document, update.signature, options.certification().get());
            }
            Optional<PDSignatureField> existing = options.fieldName().map(name -> unsignedField(document, name));
            PDSignatureField field =
                    existing.orElseGet(() -> NewSignatureField.add(document, pageIndex(document, options)));
            update.add(field, containerSize);
            if (options.appearance().isPresent()) {
                update.show(options.appearance().get(), field, existing.isPresent(), signerName);
            }
            return update;
        });
    }

    /** Prepares a document timestamp (ISO 32000-2, section 12.8.5; ETSI EN 319 142-1, section 5.4.3). */
    static SignatureUpdate timestamp(PDDocument document, int tokenSize) {
        return InputPdf.pdfBox(() -> {
            SignatureUpdate update = new SignatureUpdate(document);
            update.signature.setType(COSName.DOC_TIME_STAMP);
            update.signature.setSubFilter(DocumentSignature.TIMESTAMP);
            update.add(NewSignatureField.add(document, 0), tokenSize);
            return update;
        });
    }

    private void describe(PdfSignatureOptions options) {
        signature.setSubFilter(
                options.level() == PdfLevel.CMS
                        ? PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED
                        : PDSignature.SUBFILTER_ETSI_CADES_DETACHED);
        // ETSI EN 319 142-1, section 6.3: the entry M has the time, and the container has none.
        signature.setSignDate(GregorianCalendar.from(Instant.now().atZone(ZoneOffset.UTC)));
        options.name().ifPresent(signature::setName);
        options.reason().ifPresent(signature::setReason);
        options.location().ifPresent(signature::setLocation);
        options.contactInfo().ifPresent(signature::setContactInfo);
    }

    private static PDSignatureField unsignedField(PDDocument document, String name) {
        PDAcroForm form = document.getDocumentCatalog().getAcroForm(null);
        List<String> unsigned = new ArrayList<>();
        if (form != null) {
            for (PDField field : form.getFieldTree()) {
                if (field instanceof PDSignatureField signatureField && signatureField.getSignature() == null) {
                    if (name.equals(field.getFullyQualifiedName())) {
                        return signatureField;
                    }
                    unsigned.add(field.getFullyQualifiedName());
                }
            }
        }
        throw new PdfException(
                Reason.OPTIONS_DO_NOT_FIT,
                "The PDF has no unsigned signature field \"" + name + "\"; there are " + unsigned + ".");
    }

    private static int pageIndex(PDDocument document, PdfSignatureOptions options) {
        return options.appearance()
                .map(appearance -> Placement.pageIndex(document, appearance))
                .orElse(0);
    }

    private void add(PDSignatureField field, int containerSize) throws IOException {
        PDAnnotationWidget widget = field.getWidgets().get(0);
        PDRectangle rectangle = widget.getRectangle();
        PDAppearanceDictionary appearance = widget.getAppearance();
        field.getCOSObject().setItem(COSName.V, signature);
        Modifications.lock(signature, field.getCOSObject());
        try (SignatureOptions room = new SignatureOptions()) {
            room.setPreferredSignatureSize(containerSize);
            document.addSignature(signature, room);
        }
        // PDFBox makes a field without a template invisible.
        if (rectangle != null) {
            widget.setRectangle(rectangle);
            widget.setAppearance(appearance == null ? emptyAppearance(rectangle) : appearance);
        }
    }

    private void show(PdfAppearance appearance, PDSignatureField field, boolean existing, String signerName)
            throws IOException {
        Placement placement = Placement.of(document, appearance, field);
        VisibleSignature visible = new VisibleSignature(document, appearance, placement, signature, signerName);
        visible.draw(field.getWidgets().get(0));
        if (!existing) {
            field.setAlternateFieldName(visible.alternateText());
        }
    }

    private PDAppearanceDictionary emptyAppearance(PDRectangle rectangle) {
        PDAppearanceStream stream = new PDAppearanceStream(document);
        stream.setBBox(new PDRectangle(rectangle.getWidth(), rectangle.getHeight()));
        PDAppearanceDictionary appearance = new PDAppearanceDictionary();
        appearance.setNormalAppearance(stream);
        return appearance;
    }

    /** Writes the document and the update. Only the update is in memory. */
    void write(OutputFile file, ContainerSource source, char[] password) throws IOException {
        try (OutputStream out = file.update()) {
            ExternalSigningSupport signing = InputPdf.pdfBox(() -> document.saveIncrementalForExternalSigning(out));
            byte[] container;
            try (InputStream content = signing.getContent()) {
                container = source.containerFor(content);
            }
            // In an encrypted document PDFBox fills the room with encrypted zeros, and none of them may remain.
            signing.setSignature(Arrays.copyOf(container, room()));
        }
        requireComplete(file.path(), password);
    }

    /** Returns the bytes between the two parts of the ByteRange, which are hexadecimal digits in angle brackets. */
    private int room() {
        COSArray range = signature.getCOSObject().getCOSArray(COSName.BYTERANGE);
        long digits = number(range, 2) - number(range, 1) - 2;
        return Math.toIntExact(digits / 2);
    }

    private static long number(COSArray range, int index) {
        return ((COSNumber) range.getObject(index)).longValue();
    }

    /** Requires that the result can be read, has all pages, and is signed to its end. */
    private void requireComplete(Path file, char[] password) throws IOException {
        COSArray expected = signature.getCOSObject().getCOSArray(COSName.BYTERANGE);
        long end = number(expected, 2) + number(expected, 3);
        InputPdf.requireComplete(
                file,
                password,
                pages,
                result -> end == Files.size(file)
                        && result.getSignatureDictionaries().stream()
                                .map(s -> s.getCOSObject().getCOSArray(COSName.BYTERANGE))
                                .anyMatch(range -> range != null
                                        && range.size() == 4
                                        && number(range, 2) == number(expected, 2)
                                        && number(range, 3) == number(expected, 3)));
    }
}
