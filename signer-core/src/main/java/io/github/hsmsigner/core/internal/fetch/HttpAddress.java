package io.github.hsmsigner.core.internal.fetch;

import java.net.IDN;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of an HTTP server, read from a certificate, a setting or a redirect. Immutable.
 *
 * <p>The reader is lenient where the intention is clear. Characters that RFC 3986 does not allow in a path or a query are
 * percent-encoded: blanks, brackets, backslashes, a percent sign that begins no escape, and characters outside ASCII. The host may be
 * any DNS name (RFC 2181, section 11), such as {@code signing_service} or {@code tsa-}, for which {@link URI#getHost} returns null.
 * International names are converted to ASCII.
 */
public final class HttpAddress {

    private static final Pattern ADDRESS = Pattern.compile("(?i)(https?)://([^/?#]*)([^#]*)(?:#.*)?", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile(
            "(?:(.*)@)?(?:\\[([0-9A-Fa-f:.]+)]|([\\p{L}\\p{M}\\p{N}._~-]+))(?::(\\d{0,5}))?", Pattern.DOTALL);
    private static final Pattern ASCII_HOST = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final String INVALID_HOST = "its host or port is not valid";
    private static final Pattern WITH_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("[0-9A-Fa-f]{2}");
    private static final String UNCHANGED = "-._~!$&'()*+,;=:@/?";
    private static final int LARGEST_PORT = 65_535;

    private final String scheme;
    private final boolean hasUser;
    private final String host;
    private final int port;
    private final String target;

    private HttpAddress(String scheme, boolean hasUser, String host, int port, String target) {
        this.scheme = scheme;
        this.hasUser = hasUser;
        this.host = host;
        this.port = port;
        this.target = target;
    }

    /**
     * Reads an address.
     *
     * @param text the address; blanks around it and a fragment are ignored
     * @return the address
     * @throws IllegalArgumentException if it does not begin with http:// or https://, or if its host or port is not valid; the
     *     message completes a sentence and repeats nothing of the text
     */
    public static HttpAddress parse(String text) {
        Matcher parts = ADDRESS.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("it does not begin with http:// or https://");
        }
        Matcher authority = AUTHORITY.matcher(parts.group(2));
        if (!authority.matches()) {
            throw new IllegalArgumentException(INVALID_HOST);
        }
        return new HttpAddress(
                parts.group(1).toLowerCase(Locale.ROOT),
                authority.group(1) != null,
                authority.group(2) == null ? ascii(authority.group(3)) : ipv6(authority.group(2)),
                port(authority.group(4)),
                target(parts.group(3)));
    }

    /**
     * Reads an address that a certificate or an HTTP header contains as bytes: UTF-8, or any encoding, which the request repeats.
     *
     * @param bytes the address
     * @return the address
     * @throws IllegalArgumentException as {@link #parse(String)} throws it
     */
    public static HttpAddress parse(byte[] bytes) {
        return parse(text(bytes));
    }

    /** Bytes that are not UTF-8 become escapes, so that the server receives them as they are. */
    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder();
            for (byte octet : bytes) {
                text.append(octet < 0 ? escape(octet) : Character.toString(octet));
            }
            return text.toString();
        }
    }

    /** Some letters stand for several characters, such as blanks, which are no part of a host. */
    private static String ascii(String host) {
        try {
            String ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
            if (ASCII_HOST.matcher(ascii).matches()) {
                return ascii;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(INVALID_HOST, e);
        }
        throw new IllegalArgumentException(INVALID_HOST);
    }

    private static String ipv6(String literal) {
        try {
            new URI("http://[" + literal + "]/");
            return literal;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(INVALID_HOST, e);
        }
    }

    private static int port(String digits) {
        if (digits == null || digits.isEmpty()) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("its port is not between 1 and " + LARGEST_PORT);
        }
        return port;
    }

    private static String target(String pathAndQuery) {
        String encoded = percentEncoded(pathAndQuery);
        return encoded.startsWith("/") ? encoded : "/" + encoded;
    }

    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String latin1 = new String(utf8, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < utf8.length; i++) {
            char c = latin1.charAt(i);
            boolean unchanged = c == '%'
                    ? ESCAPE.matcher(latin1).region(i + 1, utf8.length).lookingAt()
                    : c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || UNCHANGED.indexOf(c) >= 0;
            encoded.append(unchanged ? Character.toString(c) : escape(utf8[i]));
        }
        return encoded.toString();
    }

    private static String escape(byte octet) {
        return "%" + HexFormat.of().withUpperCase().toHexDigits(octet);
    }

    /**
     * Resolves the target of a redirect (RFC 9110, section 10.2.2).
     *
     * @param location the value of the header Location, each character one byte
     * @throws IllegalArgumentException if the target is not an address of HTTP
     */
    HttpAddress resolve(String location) {
        String text = text(location.strip().getBytes(StandardCharsets.ISO_8859_1));
        if (WITH_SCHEME.matcher(text).matches()) {
            return parse(text);
        }
        if (text.startsWith("//")) {
            return parse(scheme + ":" + text);
        }
        return new HttpAddress(
                scheme, false, host, port, resolvedTarget(percentEncoded(text.replaceFirst("(?s)#.*", ""))));
    }

    /** RFC 3986, section 5.2.2. {@link URI#resolve(URI)} follows RFC 2396, which differs for a query alone and for "..". */
    private String resolvedTarget(String reference) {
        if (reference.isEmpty()) {
            return target;
        }
        String base = target.replaceFirst("\\?.*", "");
        String[] pathAndQuery = reference.split("(?=\\?)", 2);
        if (reference.startsWith("?")) {
            return base + reference;
        }
        String path = pathAndQuery[0];
        String merged = path.startsWith("/") ? path : base.substring(0, base.lastIndexOf('/') + 1) + path;
        return withoutDotSegments(merged) + (pathAndQuery.length == 2 ? pathAndQuery[1] : "");
    }

    /** RFC 3986, section 5.2.4. */
    private static String withoutDotSegments(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.substring(1).split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        if (path.endsWith("/.") || path.endsWith("/..")) {
            segments.addLast("");
        }
        return "/" + String.join("/", segments);
    }

    /**
     * Returns the address as a URI, percent-encoded, without user and fragment.
     *
     * @return the URI; its host is null if the name has characters that {@link URI#getHost} refuses
     */
    public URI uri() {
        return URI.create(origin() + target);
    }

    /**
     * Returns scheme, host and port: paths and queries can contain a customer's key.
     *
     * @return the origin, such as {@code http://tsa.example:8080}
     */
    public String origin() {
        return scheme + "://" + bracketed() + (port < 0 ? "" : ":" + port);
    }

    private String bracketed() {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** Returns host and port, even if the port is the default one. */
    String server() {
        int defaultPort = isSecure() ? 443 : 80;
        return bracketed() + ":" + (port < 0 ? defaultPort : port);
    }

    /**
     * Returns whether the text contained a user, with a password or without; requests do not send it.
     *
     * @return whether it did
     */
    public boolean hasUser() {
        return hasUser;
    }

    boolean isSecure() {
        return scheme.equals("https");
    }

    URL url() throws MalformedURLException {
        return new URL(scheme, host, port, target);
    }

    /** Returns the URI. */
    @Override
    public String toString() {
        return uri().toString();
    }
}
