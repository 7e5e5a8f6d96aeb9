package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSNumber;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/**
 * A signature or a document timestamp in a document.
 *
 * @param field the full name of its field
 * @param documentTimestamp whether it is a document timestamp
 * @param contents the bytes of the entry Contents, with the padding
 * @param end the length of the revision that it signs
 * @param cms the CMS container
 */
record DocumentSignature(String field, boolean documentTimestamp, byte[] contents, long end, CmsSignature cms) {

    /** The SubFilter of document timestamps. */
    static final COSName TIMESTAMP = COSName.getPDFName("ETSI.RFC3161");

    /** Returns the signatures of the revisions after a number of bytes, in the order in which they were made. */
    static List<DocumentSignature> after(long start, PDDocument document, Collection<X509Certificate> certificates)
            throws IOException {
        List<DocumentSignature> found = new ArrayList<>();
        for (PDSignatureField field : document.getSignatureFields()) {
            PDSignature signature = field.getSignature();
            if (signature != null) {
                long end = end(signature.getCOSObject());
                if (end > start) {
                    found.add(read(field.getFullyQualifiedName(), signature, end, certificates));
                }
            }
        }
        found.sort(Comparator.comparingLong(DocumentSignature::end));
        return found;
    }

    private static DocumentSignature read(
            String field, PDSignature signature, long end, Collection<X509Certificate> certificates) {
        byte[] contents = signature.getCOSObject().getDictionaryObject(COSName.CONTENTS) instanceof COSString string
                ? string.getBytes()
                : new byte[0];
        try {
            return new DocumentSignature(
                    field,
                    Objects.equals(signature.getSubFilter(), TIMESTAMP.getName()),
                    contents,
                    end,
                    CmsSignature.parse(contents, certificates));
        } catch (IOException | CertificateException | RuntimeException e) {
            // Parsers throw exceptions of any kind on hostile bytes.
            throw new PdfException(
                    Reason.UNREADABLE_SIGNATURE,
                    "The signature in the field \"" + field + "\" cannot be read: it is damaged, incomplete, or no CMS"
                            + " container.",
                    e);
        }
    }

    private static long end(COSDictionary signature) {
        COSArray range = signature.getCOSArray(COSName.BYTERANGE);
        long end = 0;
        for (int i = 2; range != null && range.size() == 4 && i < 4; i++) {
            COSBase number = range.getObject(i);
            end += number instanceof COSNumber n ? n.longValue() : 0;
        }
        return end;
    }

    /** Returns whether a timestamp proves when the signature existed: its own, or a later one of the document. */
    boolean hasTimestamp(List<DocumentSignature> all) {
        return documentTimestamp || cms.timestamped() || isBeforeTimestamp(all);
    }

    /** Returns whether a document timestamp covers the signature. */
    boolean isBeforeTimestamp(List<DocumentSignature> all) {
        return all.stream().anyMatch(other -> other.documentTimestamp && other.end > end);
    }
}
