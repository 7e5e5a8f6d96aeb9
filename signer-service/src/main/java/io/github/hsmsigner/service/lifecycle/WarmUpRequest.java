package io.github.hsmsigner.service.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** A request of the {@link WarmUp} as bytes. A client of the JDK would compile more code than the service has. */
final class WarmUpRequest {

    private static final int CONTENT_BYTES = 2_000;
    private static final int DATA_BYTES = 250;
    private static final String LENGTH_FIELD = "\r\ncontent-length:";

    /** In several forms. The compiler would otherwise specialise the code for one, and begin again at the first client. */
    private static final List<String> HEADERS = List.of(
            "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: %d",
            "content-length: %d\r\ncontent-type: application/json\r\nhost: 127.0.0.1:6000",
            "Host: signer:6000\r\nUser-Agent: warm-up\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
                    + "Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\nX-Request-Id: warm-up");

    private static final String TOKEN = ",\"signing_token\":\"{\\\"userId\\\":\\\"warm-up\\\"}\"";
    private static final String CONTENTS =
            "\"encoded_contents\":\"" + Base64.getEncoder().encodeToString(new byte[CONTENT_BYTES]) + "\"";

    private static final List<String> CONTAINERS = List.of(
            "{\"action\":\"sign_pkcs7\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cades\"," + CONTENTS + "}",
            "{\"action\":\"sign_pkcs7\"," + CONTENTS + ",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cms\""
                    + TOKEN + "}");

    /**
     * The data are the shortest signed attributes with SHA-512, which each rule for raw data allows: content-type (RFC
     * 5652, section 11.1) and message-digest (section 11.2).
     */
    private static final String DATA = "\"data_to_be_signed\":\""
            + "MWswGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATBPBgkqhkiG9w0BCQQxQgRA" + "A".repeat(84) + "AA==\"";

    private static final List<String> RAW = List.of(
            "{\"action\":\"sign\"," + DATA + ",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cades\"}",
            "{\"action\":\"sign\",\"hash_algorithm\":\"sha512\"," + DATA + TOKEN + "}");

    private static final String OTHER_DATA = "{\"action\":\"sign\",\"data_to_be_signed\":\""
            + Base64.getEncoder().encodeToString(new byte[DATA_BYTES]) + "\"}";

    private final byte[] bytes;

    private WarmUpRequest(String path, String headers, String body) {
        bytes = ("POST " + path + " HTTP/1.1\r\n" + headers.formatted(body.length()) + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns requests of all kinds, those more often that sign.
     *
     * @param raw whether the key can sign a digest, which a raw signature requires
     * @param anyData whether data of raw signatures may be something else than signed attributes
     */
    static List<WarmUpRequest> all(String path, boolean raw, boolean anyData) {
        List<String> bodies = new ArrayList<>(CONTAINERS);
        bodies.add("{\"action\":\"get_certificates\"}");
        if (raw) {
            bodies.addAll(RAW);
        }
        if (raw && anyData) {
            bodies.add(OTHER_DATA);
        }
        return bodies.stream()
                .flatMap(body -> HEADERS.stream().map(headers -> new WarmUpRequest(path, headers, body)))
                .toList();
    }

    void send(Socket socket) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Receives the response to a request. */
    static void receive(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder(512);
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("The server closed the connection.");
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 200 ")) {
            throw new IOException("The server answered " + head.substring(0, head.indexOf("\r\n")) + ".");
        }
        int length = head.toString().toLowerCase(Locale.ROOT).indexOf(LENGTH_FIELD) + LENGTH_FIELD.length();
        in.skipNBytes(Long.parseLong(
                head.substring(length, head.indexOf("\r\n", length)).strip()));
    }
}
