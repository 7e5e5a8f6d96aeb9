package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.RawDataRule;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How signatures and containers are made. Immutable.
 *
 * @param deadline how long a request may take once its body has been read
 * @param verifyAfterSign whether each signature is verified before it is handed out
 * @param validCertificateRequired whether a key signs only while its certificate is valid
 * @param rawData which data is signed in raw signatures
 * @param queue the queue before each token
 * @param completeChains whether issuers that are missing in a chain are fetched from the addresses in certificates
 * @param revocationInfo whether OCSP responses and CRLs are asked for and put into containers
 * @param revocationMaxSize the largest OCSP response or CRL, in bytes
 * @param timestamps timestamps over signatures; empty for none
 */
public record SignatureSettings(
        Duration deadline,
        boolean verifyAfterSign,
        boolean validCertificateRequired,
        RawDataRule rawData,
        QueueSettings queue,
        boolean completeChains,
        boolean revocationInfo,
        int revocationMaxSize,
        Optional<TimestampSettings> timestamps) {

    /**
     * Checks the parts.
     *
     * @param deadline how long a request may take once its body has been read
     * @param verifyAfterSign whether each signature is verified before it is handed out
     * @param validCertificateRequired whether a key signs only while its certificate is valid
     * @param rawData which data is signed in raw signatures
     * @param queue the queue before each token
     * @param completeChains whether issuers that are missing in a chain are fetched
     * @param revocationInfo whether OCSP responses and CRLs are asked for and put into containers
     * @param revocationMaxSize the largest OCSP response or CRL, in bytes
     * @param timestamps timestamps over signatures
     */
    public SignatureSettings {
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(rawData, "rawData");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(timestamps, "timestamps");
    }

    /**
     * Returns the largest revocation information of a container.
     *
     * @return the bytes; 0 if containers have none
     */
    public long largestRevocationInfo() {
        return revocationInfo ? revocationMaxSize : 0;
    }
}
