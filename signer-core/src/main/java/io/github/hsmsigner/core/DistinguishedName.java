package io.github.hsmsigner.core;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UniversalString;
import org.bouncycastle.asn1.BERTags;
import org.jspecify.annotations.Nullable;

/**
 * A distinguished name (X.501), parsed as RFC 4514 writes it and printed as {@code openssl x509 -nameopt RFC2253} prints it: the most
 * specific part first, other characters than printable ASCII as hexadecimal escapes. So no name can forge a line of a log or control a
 * terminal.
 *
 * <p>Two names are equal if they have the same attributes in the same order. String types do not count (RFC 5280, section 7.1); case
 * and blanks do, stricter than there, so that no other name passes for one that is allowed. Immutable and thread-safe.
 */
public final class DistinguishedName {

    private static final String SPECIAL = ",+\"\\<>;";
    private static final int LAST_ASCII = 0x7e;
    private static final Charset UTF_32 = Charset.forName("UTF-32BE");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** In the order of the encoding: the most specific part last. */
    private final List<List<Attribute>> parts;

    private DistinguishedName(List<List<Attribute>> parts) {
        this.parts = parts;
    }

    /**
     * Returns the subject of a certificate.
     *
     * @param certificate the certificate
     * @return the name
     */
    public static DistinguishedName ofSubject(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal());
    }

    /**
     * Returns the issuer of a certificate.
     *
     * @param certificate the certificate
     * @return the name
     */
    public static DistinguishedName ofIssuer(X509Certificate certificate) {
        return of(certificate.getIssuerX500Principal());
    }

    /**
     * Converts a name of Java.
     *
     * @param principal the name
     * @return the same name
     */
    public static DistinguishedName of(X500Principal principal) {
        List<List<Attribute>> parts = new ArrayList<>();
        for (byte[] part : elements(principal.getEncoded())) {
            List<Attribute> attributes = new ArrayList<>();
            for (byte[] attribute : elements(part)) {
                List<byte[]> typeAndValue = elements(attribute);
                attributes.add(Attribute.of(
                        ASN1ObjectIdentifier.fromContents(DerElements.content(typeAndValue.get(0))),
                        typeAndValue.get(1)));
            }
            parts.add(List.copyOf(attributes));
        }
        return new DistinguishedName(List.copyOf(parts));
    }

    private static List<byte[]> elements(byte[] element) {
        return DerElements.split(DerElements.content(element));
    }

    /**
     * Parses a name, the most specific part first, such as {@code CN=engine,O=Example}. Attributes have the keywords of OpenSSL or
     * Java, or an object identifier, also after {@code OID.}
     *
     * @param text the name
     * @return the name
     * @throws IllegalArgumentException if it is not a distinguished name; the message says where
     */
    public static DistinguishedName parse(String text) {
        List<List<Attribute>> parts = new Parser(text).parts();
        Collections.reverse(parts);
        return new DistinguishedName(List.copyOf(parts));
    }

    /**
     * Converts to a name of Java.
     *
     * @return the same name
     */
    public X500Principal principal() {
        return new X500Principal(DerElements.join(
                BERTags.SEQUENCE | BERTags.CONSTRUCTED,
                parts.stream()
                        .map(part -> DerElements.join(
                                BERTags.SET | BERTags.CONSTRUCTED,
                                part.stream().map(Attribute::encode).sorted(Arrays::compareUnsigned)))));
    }

    private static byte[] der(ASN1Primitive value) {
        try {
            return value.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DistinguishedName that && comparable().equals(that.comparable());
    }

    @Override
    public int hashCode() {
        return comparable().hashCode();
    }

    /** Returns the parts for a comparison. The attributes of one part have no order. */
    private List<Set<String>> comparable() {
        List<Set<String>> comparable = new ArrayList<>();
        for (List<Attribute> part : parts) {
            comparable.add(part.stream().map(Attribute::comparable).collect(Collectors.toCollection(HashSet::new)));
        }
        return comparable;
    }

    /** Returns the name as {@code openssl x509 -nameopt RFC2253} prints it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = parts.size() - 1; i >= 0; i--) {
            for (int j = parts.get(i).size() - 1; j >= 0; j--) {
                if (text.length() > 0) {
                    text.append(j == parts.get(i).size() - 1 ? ',' : '+');
                }
                text.append(parts.get(i).get(j).print());
            }
        }
        return text.toString();
    }

    /** One attribute; {@code text} is {@code null} for a value that is no string, or a damaged one. */
    private record Attribute(
            ASN1ObjectIdentifier type,
            byte[] value,
            @Nullable String text) {

        static Attribute of(ASN1ObjectIdentifier type, byte[] value) {
            return new Attribute(type, value, text(value));
        }

        private static @Nullable String text(byte[] value) {
            try {
                return text(ASN1Primitive.fromByteArray(value));
            } catch (IOException | RuntimeException e) {
                // Parsers meet damaged bytes with exceptions of any kind.
                return null;
            }
        }

        /** Decodes strictly, so that two damaged strings are not the same text. A BIT STRING has no characters. */
        private static @Nullable String text(ASN1Primitive value) throws CharacterCodingException {
            if (!(value instanceof ASN1String string) || value instanceof ASN1BitString) {
                return null;
            }
            String text = value instanceof ASN1UniversalString universal
                    ? Charset.forName("UTF-32BE")
                            .newDecoder()
                            .decode(ByteBuffer.wrap(universal.getOctets()))
                            .toString()
                    : string.getString();
            // A BMPString can have half a surrogate pair.
            return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : null;
        }

        byte[] encode() {
            return DerElements.join(BERTags.SEQUENCE | BERTags.CONSTRUCTED, Stream.of(der(type), value));
        }

        String comparable() {
            return type.getId() + (text == null ? "#" + HEX.formatHex(value) : "=" + text);
        }

        /**
         * Prints a value. An empty string, which X.520 forbids, is printed in hexadecimal, because a keyword without a
         * value is refused.
         */
        String print() {
            String keyword = AttributeKeywords.openssl(type);
            return keyword == null || text == null || text.isEmpty()
                    ? (keyword == null ? type.getId() : keyword) + "=#" + HEX.formatHex(value)
                    : keyword + "=" + escaped(text);
        }

        private static String escaped(String text) {
            StringBuilder escaped = new StringBuilder();
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < octets.length; i++) {
                char c = (char) (octets[i] & 0xff);
                boolean first = i == 0 && (c == ' ' || c == '#');
                boolean last = i == octets.length - 1 && c == ' ';
                if (c < ' ' || c > LAST_ASCII) {
                    escaped.append('\\').append(HEX.toHexDigits((byte) c));
                } else {
                    escaped.append(first || last || SPECIAL.indexOf(c) >= 0 ? "\\" : "")
                            .append(c);
                }
            }
            return escaped.toString();
        }
    }

    /** Reads the string form of RFC 4514, with the quotes and blanks of RFC 1779. */
    private static final class Parser {

        private static final String DER_EXPECTED = "\"#\" must be followed by a value in DER, in hexadecimal";

        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        List<List<Attribute>> parts() {
            List<List<Attribute>> parts = new ArrayList<>();
            List<Attribute> part = new ArrayList<>();
            do {
                part.add(attribute());
                if (position == text.length() || text.charAt(position) != '+') {
                    Collections.reverse(part);
                    parts.add(List.copyOf(part));
                    part.clear();
                }
            } while (position++ < text.length());
            return parts;
        }

        private Attribute attribute() {
            int equals = text.indexOf('=', position);
            if (equals < 0) {
                throw wrong("an attribute and \"=\" are expected");
            }
            String keyword = text.substring(position, equals).strip();
            ASN1ObjectIdentifier type = AttributeKeywords.type(keyword);
            if (type == null) {
                throw wrong("the attribute \"" + keyword + "\" is not known; use an object identifier"
                        + " such as 2.5.4.3 instead");
            }
            position = equals + 1;
            skipBlanks();
            if (position < text.length() && text.charAt(position) == '#') {
                return Attribute.of(type, hexadecimal());
            }
            String value = position < text.length() && text.charAt(position) == '"' ? quoted() : plain();
            if (value.isEmpty()) {
                throw wrong("the attribute \"" + keyword + "\" has no value");
            }
            return Attribute.of(type, der(AttributeKeywords.value(type, value)));
        }

        private void skipBlanks() {
            while (position < text.length() && text.charAt(position) == ' ') {
                position++;
            }
        }

        private boolean atSeparator() {
            return position == text.length() || ",;+".indexOf(text.charAt(position)) >= 0;
        }

        private byte[] hexadecimal() {
            int begin = position + 1;
            while (!atSeparator()) {
                position++;
            }
            try {
                byte[] value =
                        HexFormat.of().parseHex(text.substring(begin, position).strip());
                if (DerElements.split(value).size() == 1) {
                    return value;
                }
            } catch (IllegalArgumentException e) {
                throw wrong(DER_EXPECTED);
            }
            throw wrong(DER_EXPECTED);
        }

        private String quoted() {
            position++;
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            while (position < text.length() && text.charAt(position) != '"') {
                octets.writeBytes(next());
            }
            if (position++ >= text.length()) {
                throw wrong("a quote is not closed");
            }
            skipBlanks();
            if (!atSeparator()) {
                throw wrong("a separator is expected after a quote");
            }
            return decoded(octets.toByteArray());
        }

        private String plain() {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            int length = 0;
            while (!atSeparator()) {
                boolean blank = text.charAt(position) == ' ';
                octets.writeBytes(next());
                length = blank ? length : octets.size();
            }
            // Blanks before a separator belong to it, unless they are escaped.
            return decoded(Arrays.copyOf(octets.toByteArray(), length));
        }

        /** Returns the next character in UTF-8, or the byte that an escape stands for. */
        private byte[] next() {
            int c = text.codePointAt(position);
            position += Character.charCount(c);
            if (c != '\\') {
                return Character.toString(c).getBytes(StandardCharsets.UTF_8);
            }
            if (position + 2 <= text.length()
                    && HexFormat.isHexDigit(text.charAt(position))
                    && HexFormat.isHexDigit(text.charAt(position + 1))) {
                position += 2;
                return HexFormat.of().parseHex(text.substring(position - 2, position));
            }
            if (position < text.length() && (SPECIAL + " #=").indexOf(text.charAt(position)) >= 0) {
                return new byte[] {(byte) text.charAt(position++)};
            }
            throw wrong("a backslash must be followed by two hexadecimal digits or a special character");
        }

        private String decoded(byte[] octets) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(octets))
                        .toString();
            } catch (CharacterCodingException e) {
                throw wrong("escapes must be UTF-8");
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("At character " + (position + 1) + ": " + what);
        }
    }
}
