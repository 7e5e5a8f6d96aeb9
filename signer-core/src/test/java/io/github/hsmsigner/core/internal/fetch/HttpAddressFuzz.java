package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Fuzz target: bytes are the address of an HTTP server, or the target of a redirect, or they are refused with one of the documented
 * reasons, which repeats nothing of them. An accepted address makes a request line and a Host header without blanks and control
 * characters. Host, port and path equal those of {@link URI}, if it can read the text.
 */
public final class HttpAddressFuzz {

    private static final HttpAddress BASE = HttpAddress.parse("https://pki.example:8443/a/b?c");
    private static final String HOST = "[A-Za-z0-9._~()-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|\\[[0-9A-Fa-f:.]+]";

    private HttpAddressFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws MalformedURLException {
        try {
            HttpAddress address = HttpAddress.parse(bytes);
            check(address);
            reference(new String(bytes, StandardCharsets.ISO_8859_1).strip())
                    .ifPresent(expected -> assertIsAddressOf(address, expected));
        } catch (IllegalArgumentException e) {
            assertIsDocumented(e);
        }
        String location = new String(bytes, StandardCharsets.ISO_8859_1);
        try {
            HttpAddress address = BASE.resolve(location);
            check(address);
            reference(location.strip())
                    .map(HttpAddressFuzz::resolved)
                    .ifPresent(expected -> assertIsAddressOf(address, expected));
        } catch (IllegalArgumentException e) {
            assertIsDocumented(e);
        }
    }

    private static void assertIsDocumented(IllegalArgumentException e) {
        assertThat(e.getMessage())
                .isIn(
                        "it does not begin with http:// or https://",
                        "its host or port is not valid",
                        "its port is not between 1 and 65535");
    }

    private static void check(HttpAddress address) throws MalformedURLException {
        URL url = address.url();
        assertThat(url.getProtocol()).isEqualTo(address.isSecure() ? "https" : "http");
        assertThat(url.getHost()).matches(HOST);
        assertThat(url.getPort()).isBetween(-1, 65_535).isNotZero();
        assertThat(url.getFile()).matches("/[!-\"$-~]*");
        assertThat(url.getUserInfo()).isNull();
        assertThat(address.toString()).isEqualTo(url.toString()).startsWith(address.origin());
        assertThat(HttpAddress.parse(address.toString())).hasToString(address.toString());
    }

    /** ASCII alone: {@link URI} keeps other characters. */
    private static Optional<URI> reference(String text) {
        try {
            return StandardCharsets.US_ASCII.newEncoder().canEncode(text)
                    ? Optional.of(new URI(text))
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** RFC 3986, section 5.2.2; {@link URI#resolve(URI)} follows an older one. */
    private static URI resolved(URI reference) {
        if (reference.getScheme() != null) {
            return reference;
        }
        if (reference.getRawAuthority() != null) {
            return URI.create(BASE.uri().getScheme() + ":" + reference);
        }
        String path = BASE.uri().getRawPath();
        String query = BASE.uri().getRawQuery();
        if (!reference.getRawPath().isEmpty()) {
            path = withoutDotSegments(
                    reference.getRawPath().startsWith("/")
                            ? reference.getRawPath()
                            : path.substring(0, path.lastIndexOf('/') + 1) + reference.getRawPath());
            query = reference.getRawQuery();
        } else if (reference.getRawQuery() != null) {
            query = reference.getRawQuery();
        }
        return URI.create(BASE.origin() + path + (query == null ? "" : "?" + query));
    }

    /** RFC 3986, section 5.2.4, step by step. */
    private static String withoutDotSegments(String path) {
        String input = path;
        String output = "";
        while (!input.isEmpty()) {
            if (input.startsWith("/./") || input.equals("/.")) {
                input = "/" + input.substring(Math.min(3, input.length()));
            } else if (input.startsWith("/../") || input.equals("/..")) {
                input = "/" + input.substring(Math.min(4, input.length()));
                output = output.substring(0, Math.max(0, output.lastIndexOf('/')));
            } else {
                int end = input.indexOf('/', 1);
                output += end < 0 ? input : input.substring(0, end);
                input = end < 0 ? "" : input.substring(end);
            }
        }
        return output;
    }

    private static void assertIsAddressOf(HttpAddress address, URI expected) {
        URI uri = address.uri();
        String host = uri.getHost() == null ? uri.getRawAuthority().replaceFirst(":\\d*$", "") : uri.getHost();
        assertThat(uri.getScheme()).isEqualTo(expected.getScheme().toLowerCase(Locale.ROOT));
        if (expected.getHost() != null) {
            assertThat(host).isEqualToIgnoringCase(expected.getHost());
            assertThat(uri.getPort()).isEqualTo(expected.getPort());
        } else {
            assertThat("@" + expected.getRawAuthority()).containsIgnoringCase("@" + host);
        }
        assertThat(uri.getRawPath()).isEqualTo(expected.getRawPath().isEmpty() ? "/" : encoded(expected.getRawPath()));
        assertThat(uri.getRawQuery()).isEqualTo(encoded(expected.getRawQuery()));
        assertThat(address.hasUser()).isEqualTo(expected.getRawAuthority().contains("@"));
    }

    /** {@link URI} accepts brackets in a query, which RFC 3986 does not allow. */
    private static String encoded(String text) {
        return text == null ? null : text.replace("[", "%5B").replace("]", "%5D");
    }
}
