package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the calls that Document Engine makes to a signing service. The fields of each stand in alphabetical order. Safe for use by
 * any number of threads at once.
 */
final class SigningServiceClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int LONGEST_QUOTE = 1000;

    private final URI address;
    private final boolean sendContents;
    private final Duration answerTimeout;
    private final HttpClient http;
    private final CallbackObserver observer;

    private SigningServiceClient(
            URI address, boolean sendContents, Duration answerTimeout, HttpClient http, CallbackObserver observer) {
        this.address = address;
        this.sendContents = sendContents;
        this.answerTimeout = answerTimeout;
        this.http = http;
        this.observer = observer;
    }

    static SigningServiceClient of(DocumentEngineSettings settings) {
        HttpClient http = HttpClient.newBuilder()
                // The default offers an upgrade to HTTP/2 with each request, which the real server does not.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        return new SigningServiceClient(
                settings.signingService(),
                settings.sendContents(),
                settings.answerTimeout(),
                http,
                new CallbackEvents());
    }

    /** The same client, whose calls are seen by another observer. */
    SigningServiceClient observedBy(CallbackObserver other) {
        return new SigningServiceClient(address, sendContents, answerTimeout, http, other);
    }

    /** Action {@code get_certificates}. */
    ServiceCertificates certificates(Optional<String> signingToken) {
        ObjectNode request = JSON.createObjectNode().put("action", "get_certificates");
        signingToken.ifPresent(token -> request.put("signing_token", token));
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

    private byte[] call(ObjectNode body) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(bytes(body)))
                .build();
        observer.asked(body);
        long start = System.nanoTime();
        HttpResponse<byte[]> answer = answerTo(request);
        int status = answer.statusCode();
        observer.answered(
                status,
                answer.headers().firstValue("Content-Type").orElse("(no type)"),
                answer.body(),
                Duration.ofNanos(System.nanoTime() - start));
        if (status == 200) {
            return answer.body();
        }
        String words = "The signing service answered " + status + ": " + quote(answer.body());
        throw status >= 400 && status < 500 ? ApiException.badRequest(words) : ApiException.badGateway(words, null);
    }

    private HttpResponse<byte[]> answerTo(HttpRequest request) {
        // The request's own timeout ends with the head of the answer, so the body is waited for here.
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw failed(ApiException.gatewayTimeout(
                    "The signing service did not answer within " + answerTimeout.toMillis() + " ms.", e));
        } catch (ExecutionException e) {
            throw failed(
                    ApiException.badGateway("The signing service at " + address + " cannot be reached.", e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(
                    ApiException.badGateway("The stand-in was stopped while it waited for the signing service.", e));
        } finally {
            answer.cancel(true);
        }
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
