package io.github.hsmsigner.service.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** A request of the {@link WarmUp} as bytes. A client of the JDK would compile more code than the service has. */
final class WarmUpRequest {

    private static final int CONTENT_BYTES = 2_000;
    private static final String LENGTH_FIELD = "\r\ncontent-length:";

    /**
     * The shortest signed attributes, so that each rule for raw data allows them: content-type (RFC 5652, section 11.1),
     * and message-digest (section 11.2) with the length of SHA-512.
     */
    private static final byte[] SIGNED_ATTRIBUTES = signedAttributes();

    private final byte[] bytes;

    private WarmUpRequest(String path, String body) {
        bytes = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns requests of all kinds, those more often that sign.
     *
     * @param raw whether all keys can sign a digest, which a raw signature requires
     */
    static List<WarmUpRequest> all(String path, boolean raw) {
        Base64.Encoder base64 = Base64.getEncoder();
        WarmUpRequest certificates = new WarmUpRequest(path, "{\"action\":\"get_certificates\"}");
        WarmUpRequest digest = new WarmUpRequest(
                path,
                "{\"action\":\"sign\",\"data_to_be_signed\":\"" + base64.encodeToString(SIGNED_ATTRIBUTES)
                        + "\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cades\"}");
        WarmUpRequest container = new WarmUpRequest(
                path,
                "{\"action\":\"sign_pkcs7\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cades\",\"encoded_contents\":\""
                        + base64.encodeToString(new byte[CONTENT_BYTES]) + "\"}");
        return raw
                ? List.of(digest, container, digest, certificates, digest, container, digest)
                : List.of(container, container, certificates);
    }

    private static byte[] signedAttributes() {
        byte[] begin = Base64.getDecoder().decode("MWswGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATBPBgkqhkiG9w0BCQQxQgRA");
        byte[] all = new byte[begin.length + 64];
        System.arraycopy(begin, 0, all, 0, begin.length);
        return all;
    }

    /** Sends the request and receives the response. */
    void exchange(Socket socket) throws IOException {
        socket.getOutputStream().write(bytes);
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
