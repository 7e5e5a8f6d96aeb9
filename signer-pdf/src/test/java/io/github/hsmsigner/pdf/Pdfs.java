package io.github.hsmsigner.pdf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.ProtectionPolicy;
import org.apache.pdfbox.pdmodel.encryption.PublicKeyProtectionPolicy;
import org.apache.pdfbox.pdmodel.encryption.PublicKeyRecipient;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/** PDFs to sign. */
final class Pdfs {

    private Pdfs() {}

    /** Changes a document before it is saved. */
    @FunctionalInterface
    interface Change {
        void apply(PDDocument document) throws IOException;
    }

    private static byte[] make(Change change, CompressParameters compression) throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage(PDRectangle.A4));
            document.addPage(new PDPage(PDRectangle.A4));
            change.apply(document);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            document.save(out, compression);
            return out.toByteArray();
        }
    }

    /** Two pages, with a cross-reference table. */
    static byte[] plain() throws IOException {
        return make(document -> {}, CompressParameters.NO_COMPRESSION);
    }

    /** Two pages, with object streams and a cross-reference stream. */
    static byte[] compressed() throws IOException {
        return make(document -> {}, CompressParameters.DEFAULT_COMPRESSION);
    }

    static byte[] encrypted(String userPassword, int keyBits) throws IOException {
        StandardProtectionPolicy policy = new StandardProtectionPolicy("owner", userPassword, new AccessPermission());
        policy.setEncryptionKeyLength(keyBits);
        return encrypted(policy);
    }

    /** As {@code encrypted_doc_no_id.pdf} of pdfminer.six. */
    static byte[] encryptedWithoutId(int keyBits) throws IOException {
        StandardProtectionPolicy policy = new StandardProtectionPolicy("owner", "", new AccessPermission());
        policy.setEncryptionKeyLength(keyBits);
        byte[] emptyId = make(
                document -> {
                    COSArray id = new COSArray();
                    id.add(new COSString(""));
                    id.add(new COSString(""));
                    document.getDocument().getTrailer().setItem(COSName.ID, id);
                    document.protect(policy);
                },
                CompressParameters.NO_COMPRESSION);
        return replace(emptyId, "/ID ", "/XX ");
    }

    static byte[] encryptedFor(X509Certificate recipient) throws IOException {
        PublicKeyProtectionPolicy policy = new PublicKeyProtectionPolicy();
        PublicKeyRecipient holder = new PublicKeyRecipient();
        holder.setX509(recipient);
        holder.setPermission(new AccessPermission());
        policy.addRecipient(holder);
        policy.setEncryptionKeyLength(128);
        return encrypted(policy);
    }

    private static byte[] encrypted(ProtectionPolicy policy) throws IOException {
        return make(document -> document.protect(policy), CompressParameters.NO_COMPRESSION);
    }

    /** Two signature fields: "visible" on page 2 and "invisible". The first has the lock of an action, if one is given. */
    static byte[] withFields(String lockAction) throws IOException {
        return make(
                document -> {
                    PDAcroForm form = new PDAcroForm(document);
                    document.getDocumentCatalog().setAcroForm(form);
                    for (String name : new String[] {"visible", "invisible"}) {
                        PDSignatureField field = new PDSignatureField(form);
                        field.setPartialName(name);
                        PDAnnotationWidget widget = field.getWidgets().get(0);
                        PDPage page = document.getPage(1);
                        widget.setRectangle(
                                name.equals("visible") ? new PDRectangle(50, 60, 200, 70) : new PDRectangle());
                        widget.setPage(page);
                        page.getAnnotations().add(widget);
                        form.getFields().add(field);
                        if (name.equals("visible") && !lockAction.isEmpty()) {
                            COSDictionary lock = new COSDictionary();
                            lock.setItem(COSName.TYPE, COSName.getPDFName("SigFieldLock"));
                            lock.setItem(COSName.getPDFName("Action"), COSName.getPDFName(lockAction));
                            COSArray fields = new COSArray();
                            fields.add(new COSString("invisible"));
                            lock.setItem(COSName.FIELDS, fields);
                            field.getCOSObject().setItem(COSName.getPDFName("Lock"), lock);
                        }
                    }
                },
                CompressParameters.NO_COMPRESSION);
    }

    /** A file from its objects, with a cross-reference table. */
    static byte[] of(Map<Long, String> objects) {
        StringBuilder pdf = new StringBuilder("%PDF-1.7\n");
        String table = objects(pdf, objects);
        int start = pdf.length();
        pdf.append(table)
                .append("trailer\n<</Root 1 0 R/Size ")
                .append(new TreeMap<>(objects).lastKey() + 1)
                .append(">>\nstartxref\n")
                .append(start)
                .append("\n%%EOF\n");
        return bytes(pdf.toString());
    }

    /**
     * Bytes before the header, and more spaces before the table, so that startxref points to spaces however it is counted. As
     * {@code leading-junk.pdf} of qpdf.
     */
    static byte[] withSpacesForLeadingBytes(String leading) {
        String pdf = new String(of(onePage()), StandardCharsets.ISO_8859_1);
        int table = pdf.indexOf("xref\n");
        return bytes(leading
                + pdf.substring(0, table)
                + " ".repeat(2 * leading.length())
                + pdf.substring(table).replaceFirst("startxref\n\\d+", "startxref\n" + (table + leading.length())));
    }

    /** Objects of a document with one page. */
    static Map<Long, String> onePage() {
        return new TreeMap<>(Map.of(
                1L, "<</Type/Catalog/Pages 2 0 R>>",
                2L, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                3L, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"));
    }

    /** Appends objects and returns their cross-reference table. */
    private static String objects(StringBuilder pdf, Map<Long, String> objects) {
        StringBuilder table = new StringBuilder("xref\n0 1\n0000000000 65535 f \n");
        new TreeMap<>(objects).forEach((number, content) -> {
            table.append("%d 1\n%010d 00000 n \n".formatted(number, pdf.length()));
            pdf.append("%d 0 obj\n%s\nendobj\n".formatted(number, content));
        });
        return table.toString();
    }

    /**
     * A hybrid-reference file (ISO 32000-2, section 7.5.8.4) with an update that has a cross-reference stream, as
     * {@code prefilled_f1040.pdf} of mozilla/pdf.js.
     */
    static byte[] hybridWithUpdate() {
        StringBuilder pdf = new StringBuilder("%PDF-1.7\n");
        String table = objects(pdf, onePage());
        int hidden = pdf.length();
        pdf.append("4 0 obj\n<</Type/XRef/Size 5/W[1 2 1]/Index[4 1]/Length 8/Filter/ASCIIHexDecode>>\nstream\n01"
                + "%04x00\nendstream\nendobj\n".formatted(hidden));
        int first = pdf.length();
        pdf.append(table)
                .append("trailer\n<</Root 1 0 R/Size 5/XRefStm ")
                .append(hidden)
                .append(">>\nstartxref\n")
                .append(first)
                .append("\n%%EOF\n");
        int page = pdf.length();
        pdf.append("3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>\nendobj\n");
        int second = pdf.length();
        pdf.append("5 0 obj\n<</Type/XRef/Size 6/Root 1 0 R/Prev " + first
                + "/W[1 2 1]/Index[3 1 5 1]/Length 17/Filter/ASCIIHexDecode>>\nstream\n"
                + "01%04x0001%04x00>\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n".formatted(page, second, second));
        return bytes(pdf.toString());
    }

    static byte[] replace(byte[] pdf, String regex, String replacement) {
        String text = new String(pdf, StandardCharsets.ISO_8859_1);
        String changed = text.replaceFirst(regex, replacement);
        if (changed.equals(text)) {
            throw new IllegalArgumentException("Nothing is replaced: " + regex);
        }
        return bytes(changed);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static PDDocument open(Path file, String password) throws IOException {
        return Loader.loadPDF(Files.readAllBytes(file), password);
    }
}
