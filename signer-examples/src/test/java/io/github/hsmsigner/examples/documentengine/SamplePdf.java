package io.github.hsmsigner.examples.documentengine;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationRubberStamp;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;
import org.apache.pdfbox.pdmodel.interactive.form.PDTextField;

/** PDF files of several kinds, made on the spot. */
final class SamplePdf {

    /** The word that stands in every page, to look for where it must not be. */
    static final String WORD = "Confidential";

    private SamplePdf() {}

    /** With a cross-reference table, as files up to PDF 1.4 have it. */
    static byte[] plain() {
        return make(document -> {}, CompressParameters.NO_COMPRESSION);
    }

    /** With a cross-reference stream and object streams (PDF 1.5). */
    static byte[] withCrossReferenceStream() {
        return make(document -> {}, CompressParameters.DEFAULT_COMPRESSION);
    }

    /** With a text field in a form. */
    static byte[] withForm() {
        return make(SamplePdf::addForm, CompressParameters.NO_COMPRESSION);
    }

    /** With so many bytes in it that do not compress. */
    static byte[] large(int size) {
        byte[] noise = new byte[size];
        new Random(1).nextBytes(noise);
        return make(
                document -> document.getDocumentCatalog()
                        .getCOSObject()
                        .setItem("Noise", new PDStream(document, new ByteArrayInputStream(noise))),
                CompressParameters.NO_COMPRESSION);
    }

    /** Encrypted with RC4 (40 bits) or AES (128 and 256 bits), such that it opens without a password. */
    static byte[] encrypted(int keyLength) {
        return make(document -> protect(document, "", keyLength), CompressParameters.NO_COMPRESSION);
    }

    /** Encrypted with AES (128 bits) and an ID of empty strings, which is then removed. As {@code encrypted_doc_no_id.pdf} of pdfminer.six. */
    static byte[] encryptedWithoutId() {
        byte[] emptyId = make(
                document -> {
                    COSArray id = new COSArray();
                    id.add(new COSString(""));
                    id.add(new COSString(""));
                    document.getDocument().getTrailer().setItem(COSName.ID, id);
                    protect(document, "", 128);
                },
                CompressParameters.NO_COMPRESSION);
        return HandmadePdf.replace(emptyId, "/ID ", "/XX ");
    }

    /** Encrypted such that it opens with a password only. */
    static byte[] withPassword() {
        return make(document -> protect(document, "open", 256), CompressParameters.NO_COMPRESSION);
    }

    /** Of so many pages with nothing on them, turned by so many degrees. */
    static byte[] blank(int rotation, int pages) {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            for (int i = 0; i < pages; i++) {
                PDPage page = new PDPage(PDRectangle.A4);
                page.setRotation(rotation);
                document.addPage(page);
            }
            document.save(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With two signature fields to sign: "seller" with a place on the second page, "buyer" without one on the first. */
    static byte[] withSignatureFields() {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            document.addPage(new PDPage(PDRectangle.A4));
            document.addPage(new PDPage(PDRectangle.A4));
            PDAcroForm form = new PDAcroForm(document);
            document.getDocumentCatalog().setAcroForm(form);
            addSignatureField(form, "seller", document.getPage(1), new PDRectangle(72, 600, 200, 50));
            addSignatureField(form, "buyer", document.getPage(0), new PDRectangle());
            document.save(out, CompressParameters.NO_COMPRESSION);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addSignatureField(PDAcroForm form, String name, PDPage page, PDRectangle place)
            throws IOException {
        PDSignatureField field = new PDSignatureField(form);
        field.setPartialName(name);
        PDAnnotationWidget widget = field.getWidgets().get(0);
        widget.setRectangle(place);
        widget.setPage(page);
        page.getAnnotations().add(widget);
        form.getFields().add(field);
    }

    /** With a text field, and a stamp that is seen 300 from the left and 200 from the top, 50 wide and high. */
    static byte[] withFormAndStamp() {
        return make(
                document -> {
                    addForm(document);
                    addStamp(document);
                },
                CompressParameters.NO_COMPRESSION);
    }

    private static void addStamp(PDDocument document) throws IOException {
        PDAppearanceStream appearance = new PDAppearanceStream(document);
        appearance.setResources(new PDResources());
        // Of another size than its place, and turned, so that both must be reckoned with.
        appearance.setBBox(new PDRectangle(10, 10, 100, 100));
        appearance.setMatrix(AffineTransform.getQuadrantRotateInstance(1));
        try (PDPageContentStream content = new PDPageContentStream(document, appearance)) {
            content.setNonStrokingColor(Color.RED);
            content.addRect(10, 10, 100, 100);
            content.fill();
        }
        PDAppearanceDictionary dictionary = new PDAppearanceDictionary();
        dictionary.setNormalAppearance(appearance);
        PDAnnotationRubberStamp stamp = new PDAnnotationRubberStamp();
        stamp.setAppearance(dictionary);
        stamp.setRectangle(new PDRectangle(300, PDRectangle.A4.getHeight() - 250, 50, 50));
        document.getPage(0).getAnnotations().add(stamp);
    }

    private interface Change {
        void apply(PDDocument document) throws IOException;
    }

    private static byte[] make(Change change, CompressParameters compression) {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(font(), 24);
                content.newLineAtOffset(72, 700);
                content.showText(WORD);
                content.endText();
            }
            change.apply(document);
            document.save(out, compression);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PDFont font() {
        return new PDType1Font(FontName.HELVETICA);
    }

    private static void addForm(PDDocument document) throws IOException {
        PDAcroForm form = new PDAcroForm(document);
        document.getDocumentCatalog().setAcroForm(form);
        PDResources resources = new PDResources();
        resources.put(COSName.HELV, font());
        form.setDefaultResources(resources);
        form.setDefaultAppearance("/Helv 12 Tf 0 g");
        PDTextField field = new PDTextField(form);
        field.setPartialName("name");
        form.getFields().add(field);
        PDAnnotationWidget widget = field.getWidgets().get(0);
        widget.setRectangle(new PDRectangle(72, 600, 200, 20));
        widget.setPage(document.getPage(0));
        document.getPage(0).getAnnotations().add(widget);
        field.setValue("Jane");
    }

    private static void protect(PDDocument document, String userPassword, int keyLength) throws IOException {
        StandardProtectionPolicy policy =
                new StandardProtectionPolicy("owner", userPassword, AccessPermission.getOwnerAccessPermission());
        policy.setEncryptionKeyLength(keyLength);
        policy.setPreferAES(true);
        document.protect(policy);
    }
}
