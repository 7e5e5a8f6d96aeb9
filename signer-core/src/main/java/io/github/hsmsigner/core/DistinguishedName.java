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
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UniversalString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;

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
        for (ASN1Encodable part : ASN1Sequence.getInstance(principal.getEncoded())) {
            List<Attribute> attributes = new ArrayList<>();
            for (AttributeTypeAndValue attribute : RDN.getInstance(part).getTypesAndValues()) {
                attributes.add(
                        Attribute.of(attribute.getType(), attribute.getValue().toASN1Primitive()));
            }
            parts.add(List.copyOf(attributes));
        }
        return new DistinguishedName(List.copyOf(parts));
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
        ASN1Encodable[] encoded = parts.stream()
                .map(part -> new DERSet(part.stream()
                        .map(attribute -> new DERSequence(new ASN1Encodable[] {attribute.type(), attribute.value()}))
                        .toArray(ASN1Encodable[]::new)))
                .toArray(ASN1Encodable[]::new);
        return new X500Principal(der(new DERSequence(encoded)));
    }

    private static byte[] der(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
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

    /** The attributes of one part have no order. */
    private List<Set<String>> comparable() {
        List<Set<String>> comparable = new ArrayList<>();
        for (List<Attribute> part : parts) {
            comparable.add(part.stream().map(Attribute::comparable).collect(Collectors.toCollection(HashSet::new)));
        }
        return comparable;
    }

    /** The name as {@code openssl x509 -nameopt RFC2253} prints it. */
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

    /** One attribute; {@code text} is {@code null} for a value that is no string. */
    private record Attribute(ASN1ObjectIdentifier type, ASN1Primitive value, String text) {

        static Attribute of(ASN1ObjectIdentifier type, ASN1Primitive value) {
            if (value instanceof ASN1UniversalString universal) {
                return new Attribute(type, value, new String(universal.getOctets(), Charset.forName("UTF-32BE")));
            }
            // A BIT STRING has no characters, though BouncyCastle prints some.
            boolean string = value instanceof ASN1String && !(value instanceof ASN1BitString);
            return new Attribute(type, value, string ? ((ASN1String) value).getString() : null);
        }

        String comparable() {
            return type.getId() + (text == null ? "#" + HEX.formatHex(der(value)) : "=" + text);
        }

        String print() {
            String keyword = AttributeKeywords.openssl(type);
            return keyword == null || text == null
                    ? (keyword == null ? type.getId() : keyword) + "=#" + HEX.formatHex(der(value))
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
                throw wrong("the attribute \"" + keyword + "\" is not known; an object identifier such as 2.5.4.3 can"
                        + " stand in its place");
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
            return Attribute.of(type, AttributeKeywords.value(type, value));
        }

        private void skipBlanks() {
            while (position < text.length() && text.charAt(position) == ' ') {
                position++;
            }
        }

        private boolean atSeparator() {
            return position == text.length() || ",;+".indexOf(text.charAt(position)) >= 0;
        }

        private ASN1Primitive hexadecimal() {
            int begin = position + 1;
            while (!atSeparator()) {
                position++;
            }
            try {
                return ASN1Primitive.fromByteArray(
                        HexFormat.of().parseHex(text.substring(begin, position).strip()));
            } catch (IOException | IllegalArgumentException e) {
                throw wrong("\"#\" must be followed by a value in DER, in hexadecimal");
            }
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

        /** The next character in UTF-8, or the octet that an escape stands for. */
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
