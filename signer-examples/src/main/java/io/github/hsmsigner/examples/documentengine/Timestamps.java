package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;

/** Requests timestamps (RFC 3161) from an authority. Thread-safe. */
final class Timestamps {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int NONCE_BITS = 64;
    private static final int SUCCESS = 200;

    private final HttpPoster http;
    private final URI authority;
    private final HttpAddress address;
    private final Map<String, String> headers;
    private final SecureRandom random = new SecureRandom();

    Timestamps(HttpPoster http, URI authority, Optional<BasicCredentials> credentials) {
        this.http = http;
        this.authority = authority;
        this.address = HttpAddress.of(authority);
        this.headers = credentials
                .map(pair -> Map.of("Authorization", pair.authorization()))
                .orElse(Map.of());
    }

    /** No timestamp could be obtained; the message is a sentence that names the authority and the cause. */
    static final class UnavailableException extends Exception {

        private static final long serialVersionUID = 1L;

        private UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Returns a token over data, in DER. */
    byte[] over(byte[] data, HashAlgorithm hash) throws UnavailableException {
        return overDigest(hash.hash(data), hash.ofDss());
    }

    private byte[] overDigest(byte[] digest, DigestAlgorithm algorithm) throws UnavailableException {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        TimeStampRequest request = generator.generate(
                new ASN1ObjectIdentifier(algorithm.getOid()), digest, new BigInteger(NONCE_BITS, random));
        try {
            HttpPoster.Response response =
                    http.post(address, headers, "application/timestamp-query", request.getEncoded(), TIMEOUT);
            if (response.status() != SUCCESS) {
                throw unavailable("it returned the HTTP status " + response.status(), null);
            }
            TimeStampResponse timestamp = new TimeStampResponse(response.body());
            timestamp.validate(request);
            if (timestamp.getTimeStampToken() == null) {
                throw unavailable("it rejected the request: " + timestamp.getStatusString(), null);
            }
            return timestamp.getTimeStampToken().getEncoded();
        } catch (TimeoutException e) {
            throw unavailable("it did not respond within " + TIMEOUT.toSeconds() + " s", e);
        } catch (TSPException e) {
            throw unavailable("its response does not fit the request: " + e.getMessage(), e);
        } catch (IOException e) {
            throw unavailable(e.getMessage(), e);
        }
    }

    private UnavailableException unavailable(String reason, Throwable cause) {
        return new UnavailableException(
                "the timestamp authority at " + authority + " returned no timestamp: " + reason, cause);
    }

    /** Returns the same authority as a source of EU DSS. */
    TSPSource source() {
        return new Source(this);
    }

    private static final class Source implements TSPSource {

        private static final long serialVersionUID = 1L;

        private final transient Timestamps timestamps;

        Source(Timestamps timestamps) {
            this.timestamps = timestamps;
        }

        @Override
        public TimestampBinary getTimeStampResponse(DigestAlgorithm algorithm, byte[] digest) {
            try {
                return new TimestampBinary(timestamps.overDigest(digest, algorithm));
            } catch (UnavailableException e) {
                throw new DSSException(e.getMessage(), e);
            }
        }
    }
}
