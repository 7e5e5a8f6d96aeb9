package io.github.hsmsigner.core.internal.pem;

import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** One block of a PEM text (RFC 7468). Its content may be secret, so {@link #toString()} does not show it. Immutable. */
public final class PemBlock {

    private final String label;
    private final int line;
    private final List<String> headers;
    private final List<String> base64;

    PemBlock(String label, int line, List<String> headers, List<String> base64) {
        this.label = Objects.requireNonNull(label, "label");
        this.line = line;
        this.headers = List.copyOf(headers);
        this.base64 = List.copyOf(base64);
    }

    /**
     * Returns the label.
     *
     * @return the label, such as {@code CERTIFICATE}
     */
    public String label() {
        return label;
    }

    /**
     * Returns the number of the line that begins the block.
     *
     * @return the number; the first line of the text is 1
     */
    public int line() {
        return line;
    }

    /**
     * Decodes the content.
     *
     * @return the content, a new array
     * @throws MalformedPemException if the content is not Base64, or has headers as in RFC 1421
     */
    public byte[] decode() throws MalformedPemException {
        if (!headers.isEmpty()) {
            throw new MalformedPemException("the " + this + " is not Base64 alone: it begins with headers");
        }
        try {
            return Base64.getDecoder().decode(String.join("", base64));
        } catch (IllegalArgumentException e) {
            throw new MalformedPemException("the " + this + " is not Base64: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the block as the text that other PEM parsers expect: without indentation, with its headers.
     *
     * @return the block with its first and last line
     */
    public String text() {
        StringBuilder text = new StringBuilder("-----BEGIN ").append(label).append("-----\n");
        headers.forEach(header -> text.append(header).append('\n'));
        if (!headers.isEmpty()) {
            text.append('\n');
        }
        base64.forEach(part -> text.append(part).append('\n'));
        return text.append("-----END ").append(label).append("-----\n").toString();
    }

    /** Returns label and line: {@code CERTIFICATE block of line 1}. */
    @Override
    public String toString() {
        return label + " block of line " + line;
    }
}
