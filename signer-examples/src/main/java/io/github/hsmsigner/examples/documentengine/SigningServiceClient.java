package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Makes the calls that Document Engine makes to a signing service. The fields of each request are in alphabetical order. Thread-safe.
 */
final class SigningServiceClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_QUOTE = 1000;

    private final HttpPoster http;
    private final URI uri;
    private final HttpAddress address;
    private final boolean sendContents;
    private final Duration timeout;
    private final CallbackObserver observer;

    private SigningServiceClient(
            HttpPoster http, URI uri, boolean sendContents, Duration timeout, CallbackObserver observer) {
        this.http = http;
        this.uri = uri;
        this.address = HttpAddress.of(uri);
        this.sendContents = sendContents;
        this.timeout = timeout;
        this.observer = observer;
    }

    static SigningServiceClient of(DocumentEngineSettings settings, HttpPoster http) {
        return new SigningServiceClient(
                http,
                settings.signingService(),
                settings.sendContents(),
                settings.signingServiceTimeout(),
                new CallbackEvents());
    }

    /** Returns the same client with another observer. */
    SigningServiceClient observedBy(CallbackObserver other) {
        return new SigningServiceClient(http, uri, sendContents, timeout, other);
    }

    /** Action {@code get_certificates}. The request holds nothing else, in particular no signing token. */
    ServiceCertificates certificates() {
        ObjectNode request = JSON.createObjectNode().put("action", "get_certificates");
        JsonNode answer;
        try {
            answer = JSON.readTree(call(request));
        } catch (IOException e) {
            throw ApiException.badGateway(
                    "The signing service answered get_certificates with something else than JSON.", e);
        }
        List<X509Certificate> own = decode(answer.path("certificates"));
        if (own.isEmpty()) {
            throw ApiException.badGateway("The signing service gave no certificate.", null);
        }
        List<X509Certificate> all = new ArrayList<>(own);
        all.addAll(decode(answer.path("ca_certificates")));
        return new ServiceCertificates(own.get(0), List.copyOf(all));
    }

    /** Action {@code sign}. */
    byte[] sign(byte[] dataToBeSigned, SignOptions options) {
        ObjectNode request = JSON.createObjectNode().put("action", "sign").put("data_to_be_signed", dataToBeSigned);
        return call(withOptions(request, options));
    }

    /** Action {@code sign_pkcs7}. */
    byte[] signPkcs7(byte[] contents, SignOptions options) {
        ObjectNode request = JSON.createObjectNode()
                .put("action", "sign_pkcs7")
                .put("digest", HexFormat.of().formatHex(options.hash().hash(contents)));
        if (sendContents) {
            request.put("encoded_contents", contents);
        }
        return call(withOptions(request, options));
    }

    private static ObjectNode withOptions(ObjectNode request, SignOptions options) {
        request.put("hash_algorithm", options.hash().spelling())
                .put("signature_type", options.type().spelling());
        options.signingToken().ifPresent(token -> request.put("signing_token", token));
        return request;
    }

    private byte[] call(ObjectNode request) {
        observer.asked(request);
        long start = System.nanoTime();
        HttpPoster.Response response = responseTo(request);
        observer.answered(
                response.status(),
                response.contentType(),
                response.body(),
                Duration.ofNanos(System.nanoTime() - start));
        int status = response.status();
        if (status == 200) {
            return response.body();
        }
        String words = "The signing service answered " + status + ": " + quote(response.body());
        throw status >= 400 && status < 500 ? ApiException.badRequest(words) : ApiException.badGateway(words, null);
    }

    private HttpPoster.Response responseTo(ObjectNode request) {
        try {
            return http.post(address, Map.of(), "application/json", bytes(request), timeout);
        } catch (TimeoutException e) {
            throw failed(ApiException.gatewayTimeout(
                    "The signing service did not answer within " + seconds(timeout)
                            + " s, the time that SIGNING_SERVICE_TIMEOUT allows.",
                    e));
        } catch (IOException e) {
            throw failed(ApiException.badGateway(
                    "The connection to the signing service at " + uri + " failed: " + e.getMessage() + ".", e));
        }
    }

    /** Without the zeros after the decimal point. */
    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private ApiException failed(ApiException failure) {
        observer.failed(failure.getMessage());
        return failure;
    }

    private static byte[] bytes(ObjectNode body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    private static String quote(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    }

    private static List<X509Certificate> decode(JsonNode elements) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (JsonNode element : elements) {
            certificates.add(certificate(element.asText()));
        }
        return certificates;
    }

    /** Reads Base64 of PEM, and of DER as well, as the vendor's guides describe both. */
    private static X509Certificate certificate(String base64) {
        try {
            byte[] pemOrDer = Base64.getDecoder().decode(base64);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pemOrDer));
        } catch (IllegalArgumentException | CertificateException e) {
            throw ApiException.badGateway("The signing service gave a certificate that cannot be read.", e);
        }
    }
}
