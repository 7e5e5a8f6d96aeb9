package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSDocument;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.io.RandomAccessReadBufferedFile;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;

/** Opens PDF files so that an incremental update can be appended, and refuses files that an update would make unreadable. */
final class InputPdf {

    /** Readers look for the header in this area (ISO 32000-2, annex I). */
    private static final int HEADER_AREA = 1024;

    /** PDFBox looks for the end of the file in this area. */
    private static final int TRAILER_AREA = 2048;

    private static final int TOKEN_AREA = 64;

    /** The first revision of the security handler whose key does not depend on the ID (ISO 32000-2, table 21). */
    private static final int AES_256_REVISION = 5;

    /** The largest number of an indirect object (ISO 32000-1, annex C). */
    private static final long MAX_OBJECT_NUMBER = 8_388_607;

    private static final String HEADER = "%PDF-";
    private static final String START_XREF = "startxref";
    private static final Pattern OFFSET = Pattern.compile(START_XREF + "\\s+(\\d{1,18})\\s.*", Pattern.DOTALL);
    private static final Pattern CROSS_REFERENCE =
            Pattern.compile("(\\s*)(?:xref\\s|\\d+\\s+\\d+\\s+obj).*", Pattern.DOTALL);

    private InputPdf() {}

    /** A piece of work with a PDF. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Opens a file. The streams of the document stay in the file, or in temporary files if they are decrypted.
     *
     * @throws IOException if the file cannot be read
     * @throws PdfException if the document cannot be signed
     */
    static PDDocument open(Path file, char[] password) throws IOException {
        return open(new RandomAccessReadBufferedFile(file), password);
    }

    static PDDocument open(RandomAccessRead source, char[] password) throws IOException {
        try {
            int headerAt = text(source, 0, HEADER_AREA).indexOf(HEADER);
            if (headerAt < 0) {
                throw new PdfException(Reason.NOT_A_PDF, "The file is not a PDF: it has no header " + HEADER + ".");
            }
            source.seek(0);
            PDDocument document = load(source, password);
            try {
                pdfBox(() -> {
                    requireUpdatable(document, source, headerAt);
                    return null;
                });
            } catch (PdfException e) {
                document.close();
                throw e;
            }
            return document;
        } catch (IOException | PdfException e) {
            source.close();
            throw e;
        }
    }

    /** A condition of a document. */
    @FunctionalInterface
    interface Condition {
        boolean test(PDDocument document) throws IOException;
    }

    /**
     * Requires that an updated document can be read, has all pages and fulfils a condition.
     *
     * @throws PdfException if not: the document before the update was damaged
     */
    static void requireComplete(Path file, char[] password, int pages, Condition condition) throws IOException {
        try (PDDocument result = open(file, password)) {
            if (!pdfBox(() -> result.getNumberOfPages() == pages && condition.test(result))) {
                throw damaged("the signed copy would have other pages");
            }
        }
    }

    private static PDDocument load(RandomAccessRead source, char[] password) {
        return pdfBox(() -> {
            try {
                return Loader.loadPDF(
                        source, new String(password), null, null, IOUtils.createTempFileOnlyStreamCache());
            } catch (InvalidPasswordException e) {
                throw new PdfException(
                        Reason.PASSWORD_REQUIRED,
                        password.length == 0
                                ? "The PDF is encrypted. Set its password."
                                : "The PDF is encrypted, and the password is wrong.",
                        e);
            }
        });
    }

    /** Runs work of PDFBox. It throws exceptions of many kinds for damaged documents. */
    static <T> T pdfBox(Work<T> work) {
        try {
            return work.run();
        } catch (PdfException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw refusal(e);
        }
    }

    /** Returns the error for an exception of PDFBox. */
    static PdfException refusal(Throwable e) {
        for (StackTraceElement frame : e.getStackTrace()) {
            if (frame.getClassName().startsWith("org.apache.pdfbox.pdmodel.encryption.")) {
                return new PdfException(
                        Reason.UNSUPPORTED_ENCRYPTION,
                        "The PDF is encrypted for the certificates of its recipients, or with an unknown algorithm."
                                + " Encryption with a password is supported.",
                        e);
            }
        }
        return damaged("PDFBox cannot read it", e);
    }

    private static PdfException damaged(String problem, Throwable cause) {
        return new PdfException(
                Reason.DAMAGED, "The PDF is damaged: " + problem + ". Repair it first, for example with qpdf.", cause);
    }

    private static PdfException damaged(String problem) {
        return new PdfException(
                Reason.DAMAGED, "The PDF is damaged: " + problem + ". Repair it first, for example with qpdf.");
    }

    private static void requireUpdatable(PDDocument document, RandomAccessRead source, int headerAt)
            throws IOException {
        requireCrossReference(document.getDocument(), source, headerAt);
        if (document.getNumberOfPages() == 0) {
            throw new PdfException(Reason.DAMAGED, "The PDF has no page. A signature needs one.");
        }
        document.getPage(0);
        requireIdIfEncrypted(document);
        prepareNumbers(document.getDocument());
    }

    /**
     * Requires that startxref points to the cross-reference section, counted from the first byte of the file (ISO 32000-2,
     * section 7.5.5). Otherwise other readers would not find the objects of the document after an update, or they count
     * from a header that is not at the beginning.
     */
    private static void requireCrossReference(COSDocument document, RandomAccessRead source, int headerAt)
            throws IOException {
        long length = source.length();
        long start = Math.max(0, length - TRAILER_AREA);
        String end = text(source, start, TRAILER_AREA);
        Matcher offset = OFFSET.matcher(end.substring(Math.max(0, end.lastIndexOf(START_XREF))));
        if (document.getStartXref() > 0 && offset.matches() && Long.parseLong(offset.group(1)) < length) {
            Matcher section = CROSS_REFERENCE.matcher(text(source, Long.parseLong(offset.group(1)), TOKEN_AREA));
            // Spaces could be the bytes before a header that the offset counts from.
            if (section.matches() && (headerAt == 0 || section.group(1).isEmpty())) {
                return;
            }
        }
        throw damaged("the cross-reference table is not where startxref points to");
    }

    /**
     * The key of an encryption before AES-256 depends on the ID (ISO 32000-2, section 7.6.4.3.2). PDFBox would add a
     * missing one, and no reader could open the result.
     */
    private static void requireIdIfEncrypted(PDDocument document) {
        COSArray id = document.getDocument().getTrailer().getCOSArray(COSName.ID);
        boolean complete = id != null
                && id.size() == 2
                && id.getObject(0) instanceof COSString
                && id.getObject(1) instanceof COSString;
        if (!complete && document.isEncrypted() && document.getEncryption().getRevision() < AES_256_REVISION) {
            throw damaged("it is encrypted and has no ID of two strings");
        }
        if (id != null && !complete) {
            document.getDocument().getTrailer().removeItem(COSName.ID);
        }
    }

    private static void prepareNumbers(COSDocument document) {
        COSDictionary trailer = document.getTrailer();
        // Objects that are free or missing can still be referred to, so their numbers stay unused.
        long highest = Math.max(document.getHighestXRefObjectNumber(), trailer.getLong(COSName.SIZE, 1) - 1);
        if (highest > MAX_OBJECT_NUMBER) {
            throw damaged("it has an object number above " + MAX_OBJECT_NUMBER);
        }
        document.setHighestXRefObjectNumber(highest);
        if (document.hasHybridXRef()) {
            // PDFBox writes a table, and must not repeat the entries of earlier cross-reference streams in its trailer.
            document.setIsXRefStream(false);
            for (COSName key : new COSName[] {
                COSName.TYPE, COSName.INDEX, COSName.W, COSName.LENGTH, COSName.FILTER, COSName.DECODE_PARMS
            }) {
                trailer.removeItem(key);
            }
        }
    }

    private static String text(RandomAccessRead source, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        int count = 0;
        source.seek(position);
        for (int n = 0; n >= 0 && count < length; n = source.read(bytes, count, length - count)) {
            count += n;
        }
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    }
}
