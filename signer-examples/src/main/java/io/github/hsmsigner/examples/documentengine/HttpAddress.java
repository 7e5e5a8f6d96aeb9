package io.github.hsmsigner.examples.documentengine;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of an HTTP server. Its host may have a name that {@link URI#getHost} does not accept, such as
 * {@code signing_service}. Docker Compose uses the names of services as host names, and DNS allows any character in a
 * label (RFC 2181, section 11).
 *
 * @param scheme {@code http} or {@code https}
 * @param host the name or IP address; an IPv6 address without its brackets
 * @param port the port
 * @param target the path and query
 */
record HttpAddress(String scheme, String host, int port, String target) {

    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([\\p{L}\\p{N}._~-]+))(?::(\\d{1,5}))?");
    private static final int LARGEST_PORT = 65_535;

    /** Throws an IllegalArgumentException with the reason, which repeats no password, if this is not the address of a server. */
    static HttpAddress of(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getRawAuthority() == null) {
            throw new IllegalArgumentException("it must begin with http:// or https://");
        }
        if (uri.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("it must not contain a user name or a password");
        }
        Matcher authority = AUTHORITY.matcher(uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException("its host or port is not valid");
        }
        String host = authority.group(1) == null ? authority.group(2) : authority.group(1);
        return new HttpAddress(scheme, host, port(scheme, authority.group(3)), target(uri));
    }

    private static int port(String scheme, String port) {
        if (port == null) {
            return scheme.equals("https") ? 443 : 80;
        }
        int number = Integer.parseInt(port);
        if (number < 1 || number > LARGEST_PORT) {
            throw new IllegalArgumentException("its port must be between 1 and " + LARGEST_PORT);
        }
        return number;
    }

    private static String target(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
}
