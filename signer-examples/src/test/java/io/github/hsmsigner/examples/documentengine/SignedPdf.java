package io.github.hsmsigner.examples.documentengine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.ASN1InputStream;

/** A PDF file with signatures in it. */
record SignedPdf(byte[] bytes) {

    /** What a signature in the PDF covers, and its container. */
    record Signature(String subFilter, boolean dated, int end, byte[] contents, byte[] container) {}

    /** The signatures, oldest first. */
    List<Signature> signatures() {
        try (PDDocument document = Loader.loadPDF(bytes)) {
            List<Signature> signatures = new ArrayList<>();
            for (PDSignature dictionary : document.getSignatureDictionaries()) {
                int[] range = dictionary.getByteRange();
                signatures.add(new Signature(
                        dictionary.getSubFilter(),
                        dictionary.getSignDate() != null,
                        range[2] + range[3],
                        dictionary.getSignedContent(bytes),
                        withoutPadding(dictionary.getContents(bytes))));
            }
            signatures.sort(Comparator.comparingInt(Signature::end));
            return signatures;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Signature onlySignature() {
        List<Signature> signatures = signatures();
        if (signatures.size() != 1) {
            throw new AssertionError("One signature expected, found " + signatures.size());
        }
        return signatures.get(0);
    }

    /** The same file but for one bit near its start, which every signature covers. */
    SignedPdf withOneBitFlipped() {
        byte[] changed = bytes.clone();
        int inHeaderComment = 12;
        changed[inHeaderComment] ^= 1;
        return new SignedPdf(changed);
    }

    /** Cuts off the zeros between a container's end and the end of the room that was reserved for it. */
    static byte[] withoutPadding(byte[] contents) {
        ByteArrayInputStream rest = new ByteArrayInputStream(contents);
        try (ASN1InputStream in = new ASN1InputStream(rest)) {
            in.readObject();
            int end = contents.length - rest.available();
            for (int i = end; i < contents.length; i++) {
                if (contents[i] != 0) {
                    throw new AssertionError("Something other than zeros follows the container.");
                }
            }
            return Arrays.copyOf(contents, end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
