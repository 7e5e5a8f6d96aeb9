package io.github.hsmsigner.examples.remote;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An EC key in a {@link KeyService}: one HTTP request for each signature.
 *
 * <p>{@link #failure} maps the service's responses to errors. It separates temporary errors from errors that an
 * operator must fix. Immutable and thread-safe.
 */
final class RemoteSigner implements Signer {

    private static final Duration CONNECT_TIME_LIMIT = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final int MAX_SIGNATURE_LENGTH = 2 * 66;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIME_LIMIT).build();
    private final URI service;
    private final String authorization;
    private final PublicKey publicKey;
    private final Duration timeLimit;

    /** Makes a signer; a signature takes no longer than the time limit, however late the caller's deadline is. */
    RemoteSigner(URI service, String credentials, PublicKey publicKey, Duration timeLimit) {
        this.service = service;
        this.authorization = "Bearer " + credentials;
        this.publicKey = publicKey;
        this.timeLimit = timeLimit;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return SignatureAlgorithm.forKeyType("EC");
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        requireSupported(algorithm, digest);
        HttpRequest request = HttpRequest.newBuilder(
                        service.resolve("sign/" + digest.algorithm().text()))
                .header("Authorization", authorization)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(digest.bytes()))
                .build();
        HttpResponse<byte[]> response = exchange(request, deadline.within(timeLimit));
        if (response.statusCode() != 200) {
            throw failure(response, algorithm);
        }
        try {
            // It gives r and s side by side, as tokens do, and CMS wants them in DER.
            return EcdsaSignature.ofRaw(response.body()).toDer();
        } catch (IllegalArgumentException e) {
            throw new InternalSigningException(
                    "The key service at " + service + " gave something else than r and s.", e);
        }
    }

    private HttpResponse<byte[]> exchange(HttpRequest request, Deadline deadline) {
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(request, limited());
        try {
            // The client's own limit ends with the headers of the answer; this one is for all of it.
            return exchange.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw unavailable("did not answer in time", RETRY_AFTER, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                throw unavailable("could not be reached", RETRY_AFTER, e.getCause());
            }
            throw new InternalSigningException("Asking the key service at " + service + " failed.", e.getCause());
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for", RETRY_AFTER, e);
        }
    }

    /** Reads a response and discards it if it may be longer than a signature. */
    private static BodyHandler<byte[]> limited() {
        return info -> info.headers().firstValueAsLong("Content-Length").orElse(Long.MAX_VALUE) > MAX_SIGNATURE_LENGTH
                ? BodySubscribers.replacing(new byte[0])
                : BodySubscribers.ofByteArray();
    }

    private SigningException failure(HttpResponse<byte[]> response, SignatureAlgorithm algorithm) {
        int status = response.statusCode();
        return switch (status) {
            case 401, 403 ->
                SigningUnavailableException.lasting(
                        "The key service at " + service + " refuses our credentials (status " + status
                                + "): set KEY_SERVICE_CREDENTIALS to the credentials of that service.",
                        null);
            case 404, 410 ->
                SigningUnavailableException.lasting(
                        "There is no key at " + service + " (status " + status + "): check the address.", null);
            case 422 -> new UnsupportedRequestException("The key does not sign with " + algorithm + ".");
            case 408, 429 -> unavailable("is asked too often (status " + status + ")", retryAfter(response), null);
            default ->
                status >= 500
                        ? unavailable("failed with status " + status, retryAfter(response), null)
                        : new InternalSigningException(
                                "The key service at " + service + " does not take our requests: status " + status + ".",
                                null);
        };
    }

    private SigningUnavailableException unavailable(String what, Duration retryAfter, Throwable cause) {
        return SigningUnavailableException.passing(
                "The key service at " + service + " " + what + ".", retryAfter, cause);
    }

    /** Returns the header in seconds. The other form, a date, is of no use with clocks that differ. */
    private static Duration retryAfter(HttpResponse<?> response) {
        Optional<String> seconds =
                response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,5}"));
        return seconds.map(Long::parseLong).map(Duration::ofSeconds).orElse(RETRY_AFTER);
    }
}
