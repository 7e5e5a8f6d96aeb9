package io.github.hsmsigner.core;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DEROctetString;

/**
 * Elements of DER (X.690) as bytes. Java accepts names with values that BouncyCastle cannot decode. Supports only
 * definite lengths and tags of one byte, which Java writes in names. Stateless and thread-safe.
 */
final class DerElements {

    private static final int LONG_FORM = 0x80;
    private static final int MAX_LENGTH_BYTES = 4;

    private DerElements() {}

    /**
     * Splits bytes into the elements that they consist of.
     *
     * @throws IllegalArgumentException if they do not consist of elements
     */
    static List<byte[]> split(byte[] bytes) {
        List<byte[]> elements = new ArrayList<>();
        for (int begin = 0; begin < bytes.length; ) {
            int content = content(bytes, begin);
            long end = content + length(bytes, begin);
            if (end > bytes.length) {
                throw new IllegalArgumentException("an element is not complete");
            }
            elements.add(Arrays.copyOfRange(bytes, begin, (int) end));
            begin = (int) end;
        }
        return elements;
    }

    /** Returns the content of one element. */
    static byte[] content(byte[] element) {
        return Arrays.copyOfRange(element, content(element, 0), element.length);
    }

    private static int content(byte[] bytes, int begin) {
        if (begin + 1 >= bytes.length) {
            throw new IllegalArgumentException("an element is not complete");
        }
        int length = bytes[begin + 1] & 0xff;
        return begin + 2 + (length < LONG_FORM ? 0 : length - LONG_FORM);
    }

    private static long length(byte[] bytes, int begin) {
        int content = content(bytes, begin);
        if (content == begin + 2) {
            return bytes[begin + 1] & 0xff;
        }
        if (content - begin - 2 > MAX_LENGTH_BYTES || content > bytes.length) {
            throw new IllegalArgumentException("a length is not valid");
        }
        long length = 0;
        for (int i = begin + 2; i < content; i++) {
            length = length << Byte.SIZE | bytes[i] & 0xff;
        }
        return length;
    }

    /** Makes an element from the elements that are its content. */
    static byte[] join(int tag, Stream<byte[]> elements) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        elements.forEach(content::writeBytes);
        try {
            // DEROctetString has the same form.
            byte[] element = new DEROctetString(content.toByteArray()).getEncoded();
            element[0] = (byte) tag;
            return element;
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }
}
