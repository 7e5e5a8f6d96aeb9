package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A {@code pkcs11:} URI (RFC 7512), which names a key, a token, a slot or a module. Immutable.
 *
 * <p>Strict if a mistake could name something else. It refuses unknown attributes of the path, including those of
 * vendors, because by the RFC's guidelines for matching such a URI matches nothing. It also refuses duplicate
 * attributes. It ignores unknown attributes of the query, according to the same guidelines. It refuses a PIN in the URI
 * ({@code pin-value}), because URIs end up in configurations and logs. It reads {@code pin-source}, for the caller that
 * makes the {@link PinSource}.
 */
public final class Pkcs11Uri {

    private static final String SCHEME = "pkcs11:";
    private static final Set<String> PATH_ATTRIBUTES = Set.of(
            "token",
            "manufacturer",
            "serial",
            "model",
            "library-manufacturer",
            "library-version",
            "library-description",
            "object",
            "type",
            "id",
            "slot-manufacturer",
            "slot-description",
            "slot-id");
    private static final String CERTIFICATE_FILE = "x-certificate-file";
    private static final Set<String> QUERY_ATTRIBUTES =
            Set.of("pin-source", "pin-value", "module-name", "module-path", CERTIFICATE_FILE);
    private static final Set<String> TYPES = Set.of("public", "private", "cert", "secret-key", "data");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern LIBRARY_VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)?");

    /**
     * The unescaped characters of a value: RFC 7512, section 2.3, {@code pk11-path-res-avail} and
     * {@code pk11-query-res-avail}.
     */
    private static final String UNRESERVED = "-._~";

    private static final String PATH_CHARACTERS = UNRESERVED + ":[]@!$'()*+,=&";
    private static final String QUERY_CHARACTERS = UNRESERVED + ":[]@!$'()*+,=/?|";

    private final Map<String, String> path;
    private final Optional<String> id;
    private final Map<String, String> query;
    private final List<String> unknownQueryAttributes;

    private Pkcs11Uri(
            Map<String, String> path,
            Optional<String> id,
            Map<String, String> query,
            List<String> unknownQueryAttributes) {
        this.path = Map.copyOf(path);
        this.id = id;
        this.query = Map.copyOf(query);
        this.unknownQueryAttributes = List.copyOf(unknownQueryAttributes);
    }

    /**
     * Parses a URI.
     *
     * @param text the URI
     * @return the parsed URI
     * @throws InvalidConfigurationException if it is not a {@code pkcs11:} URI or contains a refused attribute. The
     *     message has the position of the fault and what was expected, and shows no value
     */
    public static Pkcs11Uri parse(String text) {
        return new Parser(text).uri();
    }

    /**
     * Returns the label of the token ({@code token}).
     *
     * @return the label, or empty for any
     */
    public Optional<String> token() {
        return path("token");
    }

    /**
     * Returns the serial number of the token ({@code serial}).
     *
     * @return the serial number, or empty for any
     */
    public Optional<String> serial() {
        return path("serial");
    }

    /**
     * Returns the manufacturer of the token ({@code manufacturer}).
     *
     * @return the manufacturer, or empty for any
     */
    public Optional<String> manufacturer() {
        return path("manufacturer");
    }

    /**
     * Returns the model of the token ({@code model}).
     *
     * @return the model, or empty for any
     */
    public Optional<String> model() {
        return path("model");
    }

    /**
     * Returns the slot ({@code slot-id}).
     *
     * @return the id, an unsigned number of 64 bits, or empty for any
     */
    public Optional<Long> slotId() {
        return path("slot-id").map(Long::parseUnsignedLong);
    }

    /**
     * Returns the description of the slot ({@code slot-description}).
     *
     * @return the description, or empty for any
     */
    public Optional<String> slotDescription() {
        return path("slot-description");
    }

    /**
     * Returns the manufacturer of the slot ({@code slot-manufacturer}).
     *
     * @return the manufacturer, or empty for any
     */
    public Optional<String> slotManufacturer() {
        return path("slot-manufacturer");
    }

    /**
     * Returns the description of the module ({@code library-description}).
     *
     * @return the description, or empty for any
     */
    public Optional<String> libraryDescription() {
        return path("library-description");
    }

    /**
     * Returns the manufacturer of the module ({@code library-manufacturer}).
     *
     * @return the manufacturer, or empty for any
     */
    public Optional<String> libraryManufacturer() {
        return path("library-manufacturer");
    }

    /**
     * Returns the version of the module ({@code library-version}).
     *
     * @return the version as major and minor number, such as {@code 2.6}, or empty for any
     */
    public Optional<String> libraryVersion() {
        return path("library-version").map(version -> version.contains(".") ? version : version + ".0");
    }

    /**
     * Returns the label of the object ({@code object}).
     *
     * @return the CKA_LABEL, or empty for any
     */
    public Optional<String> object() {
        return path("object");
    }

    /**
     * Returns the class of the object ({@code type}).
     *
     * @return one of {@code public}, {@code private}, {@code cert}, {@code secret-key} and {@code data}, or empty for
     *     any
     */
    public Optional<String> type() {
        return path("type");
    }

    /**
     * Returns the id of the object ({@code id}).
     *
     * @return the bytes of CKA_ID, or empty for any
     */
    public Optional<byte[]> id() {
        return id.map(HexFormat.of()::parseHex);
    }

    /**
     * Returns the location of the PIN ({@code pin-source}).
     *
     * @return a {@code file:} URI, the path of a file, or {@code |} and a command, as the URI has it; empty if there is
     *     none
     */
    public Optional<String> pinSource() {
        return Optional.ofNullable(query.get("pin-source"));
    }

    /**
     * Returns the name of the module ({@code module-name}), without path, prefix and suffix.
     *
     * @return the name; empty without one
     */
    public Optional<String> moduleName() {
        return Optional.ofNullable(query.get("module-name"));
    }

    /**
     * Returns the file of the module ({@code module-path}).
     *
     * @return the path; empty without one
     */
    public Optional<String> modulePath() {
        return Optional.ofNullable(query.get("module-path"));
    }

    /**
     * Returns the file of the certificates ({@code x-certificate-file}). RFC 7512 does not define this attribute.
     *
     * @return the path of a PEM or DER file with the certificates of the keys and their issuers; empty if the token holds
     *     the certificates
     */
    public Optional<String> certificateFile() {
        return Optional.ofNullable(query.get(CERTIFICATE_FILE));
    }

    /**
     * Returns the other attributes of the query that RFC 7512 does not define. They are ignored.
     *
     * @return their names; unmodifiable
     */
    public List<String> unknownQueryAttributes() {
        return unknownQueryAttributes;
    }

    private Optional<String> path(String name) {
        return Optional.ofNullable(path.get(name));
    }

    /** Names what is meant, without the query. */
    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>(path);
        id.ifPresent(octets -> shown.put("id", octets));
        return "Pkcs11Uri" + shown;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pkcs11Uri that
                && path.equals(that.path)
                && id.equals(that.id)
                && query.equals(that.query)
                && unknownQueryAttributes.equals(that.unknownQueryAttributes);
    }

    @Override
    public int hashCode() {
        return path.hashCode() * 31 + id.hashCode();
    }

    /** Reads from left to right and remembers where it is, for the messages. */
    private static final class Parser {

        private final String text;
        private final Map<String, String> path = new LinkedHashMap<>();
        private final Map<String, String> query = new LinkedHashMap<>();
        private final List<String> unknown = new ArrayList<>();
        private Optional<String> id = Optional.empty();

        Parser(String text) {
            this.text = text;
        }

        Pkcs11Uri uri() {
            if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                throw error(0, "\"" + SCHEME + "\" is expected");
            }
            int question = text.indexOf('?');
            int end = question < 0 ? text.length() : question;
            if (end > SCHEME.length()) {
                eachAttribute(SCHEME.length(), end, ';', this::pathAttribute);
            }
            if (question >= 0 && question + 1 < text.length()) {
                eachAttribute(question + 1, text.length(), '&', this::queryAttribute);
            }
            return new Pkcs11Uri(path, id, query, unknown);
        }

        private void eachAttribute(int from, int to, char separator, Attribute use) {
            int start = from;
            while (start <= to) {
                int next = text.indexOf(separator, start);
                int end = next < 0 || next > to ? to : next;
                int equals = text.indexOf('=', start);
                if (equals < 0 || equals >= end) {
                    throw error(start, "an attribute as name=value is expected");
                }
                String name = text.substring(start, equals);
                if (!NAME.matcher(name).matches()) {
                    throw error(start, "the name of an attribute is expected, of letters, digits, \"-\" and \"_\"");
                }
                use.at(start, name, equals + 1, end);
                start = end + 1;
            }
        }

        private void pathAttribute(int start, String name, int from, int to) {
            if (!PATH_ATTRIBUTES.contains(name)) {
                throw error(
                        start,
                        "the attribute \"" + name + "\" is not known, so it can match nothing; expected is one of "
                                + sorted(PATH_ATTRIBUTES));
            }
            byte[] octets = decode(from, to, PATH_CHARACTERS);
            boolean repeated = name.equals("id") ? id.isPresent() : path.containsKey(name);
            if (repeated) {
                throw error(start, "the attribute \"" + name + "\" comes a second time");
            }
            if (name.equals("id")) {
                id = Optional.of(HexFormat.of().formatHex(octets));
                return;
            }
            String value = utf8(octets, from);
            check(name, value, from);
            path.put(name, value);
        }

        private void check(String name, String value, int from) {
            switch (name) {
                case "slot-id" -> {
                    try {
                        if (value.startsWith("+")) {
                            throw new NumberFormatException();
                        }
                        Long.parseUnsignedLong(value);
                    } catch (NumberFormatException e) {
                        throw error(from, "a slot id is expected, a decimal number of up to 64 bits");
                    }
                }
                case "type" -> {
                    if (!TYPES.contains(value)) {
                        throw error(from, "a type is expected, one of " + sorted(TYPES));
                    }
                }
                case "library-version" -> {
                    if (!LIBRARY_VERSION.matcher(value).matches()) {
                        throw error(from, "a version is expected, as 2 or 2.6");
                    }
                }
                default -> {
                    // Any text is fine.
                }
            }
        }

        private void queryAttribute(int start, String name, int from, int to) {
            if (!QUERY_ATTRIBUTES.contains(name)) {
                decode(from, to, QUERY_CHARACTERS);
                unknown.add(name);
                return;
            }
            if (name.equals("pin-value")) {
                throw error(
                        start,
                        "\"pin-value\" is refused: a PIN in a URI ends up in logs and process lists; give \"pin-source\""
                                + " or configure the PIN apart from the URI");
            }
            if (query.put(name, utf8(decode(from, to, QUERY_CHARACTERS), from)) != null) {
                throw error(start, "the attribute \"" + name + "\" comes a second time");
            }
        }

        private byte[] decode(int from, int to, String allowed) {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            for (int i = from; i < to; i++) {
                char c = text.charAt(i);
                if (c == '%') {
                    octets.write(escaped(i, to));
                    i += 2;
                } else if (c < 0x80 && (Character.isLetterOrDigit(c) || allowed.indexOf(c) >= 0)) {
                    octets.write(c);
                } else {
                    throw error(i, "this character must be escaped as \"%\" and two hexadecimal digits");
                }
            }
            return octets.toByteArray();
        }

        private int escaped(int percent, int to) {
            if (percent + 2 < to
                    && HexFormat.isHexDigit(text.charAt(percent + 1))
                    && HexFormat.isHexDigit(text.charAt(percent + 2))) {
                return HexFormat.fromHexDigits(text, percent + 1, percent + 3);
            }
            throw error(percent, "two hexadecimal digits are expected after \"%\"");
        }

        private String utf8(byte[] octets, int from) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(octets))
                        .toString();
            } catch (CharacterCodingException e) {
                throw error(from, "text in UTF-8 is expected");
            }
        }

        private static String sorted(Set<String> names) {
            return String.join(", ", names.stream().sorted().toList());
        }

        private static InvalidConfigurationException error(int index, String what) {
            return new InvalidConfigurationException(String.format(
                    Locale.ROOT, "The PKCS#11 URI cannot be used: at character %d, %s (RFC 7512).", index + 1, what));
        }

        @FunctionalInterface
        private interface Attribute {
            void at(int start, String name, int from, int to);
        }
    }
}
