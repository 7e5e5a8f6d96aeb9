package io.github.hsmsigner.core.tsp;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.core.internal.fetch.HttpFetcher;
import io.github.hsmsigner.core.internal.fetch.PeerOutage;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches timestamps over HTTP (RFC 3161, section 3.4), from the first authority that returns a valid one in time.
 *
 * <p>Each request has a nonce and asks for the authority's certificate. The response is checked against the request.
 * Its signature is checked with the certificate that it carries, and must not use SHA-1 or MD5.
 * {@link TimestampAuthority.Builder#trusted} sets the accepted certificates. Immutable and thread-safe.
 */
public final class Rfc3161TimestampSource implements TimestampSource {

    private static final Logger LOG = LoggerFactory.getLogger(Rfc3161TimestampSource.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int NONCE_BITS = 128;
    private static final int MAX_REASON_LENGTH = 400;

    private final List<TimestampAuthority> authorities;
    private final DigestAlgorithm digestAlgorithm;
    private final Duration attemptLimit;
    private final int maxTokenSize;
    private final HttpFetcher http;
    private final TimestampResponseCheck check;
    private final Map<TimestampAuthority, PeerOutage> outages = new IdentityHashMap<>();
    private final SecureRandom random = new SecureRandom();

    private Rfc3161TimestampSource(Builder builder) {
        this.authorities = builder.authorities;
        this.digestAlgorithm = builder.digestAlgorithm;
        this.attemptLimit = builder.attemptLimit;
        this.maxTokenSize = builder.maxTokenSize;
        this.http = new HttpFetcher(builder.maxTokenSize + Builder.RESPONSE_OVERHEAD);
        this.check = new TimestampResponseCheck(builder.clock);
        authorities.forEach(authority -> outages.put(authority, new PeerOutage()));
    }

    /**
     * Starts a source.
     *
     * @param authorities whom to ask, in this order; at least one
     * @return a builder
     * @throws IllegalArgumentException if there is none
     */
    public static Builder builder(List<TimestampAuthority> authorities) {
        return new Builder(authorities);
    }

    @Override
    public byte[] timestamp(Digest digest, Deadline deadline) {
        List<String> reasons = new ArrayList<>();
        List<IOException> causes = new ArrayList<>();
        boolean late = deadline.hasPassed();
        boolean interrupted = false;
        for (int i = 0; i < authorities.size() && !interrupted; i++) {
            TimestampAuthority authority = authorities.get(i);
            try {
                byte[] token = ask(
                        authority,
                        digest,
                        deadline.share(authorities.size() - i).within(attemptLimit));
                answered(authority);
                return token;
            } catch (IOException e) {
                interrupted = e instanceof InterruptedIOException;
                String reason = PeerText.printable(e.getMessage(), MAX_REASON_LENGTH);
                if (outages.get(authority).failed()) {
                    LOG.warn("Timestamp authority {} gave no timestamp: {}.", authority, reason);
                }
                reasons.add(authority + ": " + reason);
                causes.add(e);
            }
        }
        SigningUnavailableException failure = SigningUnavailableException.passing(
                late || interrupted ? Reason.LATE : Reason.DOWN,
                "No timestamp authority gave a timestamp. " + String.join("; ", reasons) + ".",
                "No timestamp authority is available at the moment, and the signature requires a timestamp.",
                RETRY_AFTER,
                causes.get(causes.size() - 1));
        causes.subList(0, causes.size() - 1).forEach(failure::addSuppressed);
        throw failure;
    }

    private void answered(TimestampAuthority authority) {
        long failures = outages.get(authority).succeeded();
        if (failures > 0) {
            LOG.info("Timestamp authority {} answers again, after {} failed requests.", authority, failures);
        }
    }

    private byte[] ask(TimestampAuthority authority, Digest digest, Deadline deadline) throws IOException {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        authority.policy().ifPresent(generator::setReqPolicy);
        TimeStampRequest request = generator.generate(
                new ASN1ObjectIdentifier(digest.algorithm().oid()), digest.bytes(), new BigInteger(NONCE_BITS, random));
        Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "application/timestamp-query"));
        authority.authorization().ifPresent(value -> headers.put("Authorization", value));
        byte[] response = http.post(authority.address(), headers, request.getEncoded(), deadline);
        byte[] token = check.tokenOf(response, request, authority);
        if (token.length > maxTokenSize) {
            throw new IOException("its token has " + token.length + " bytes, more than the limit of " + maxTokenSize);
        }
        return token;
    }

    @Override
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    @Override
    public int maxTokenSize() {
        return maxTokenSize;
    }

    /** Collects the settings of a {@link Rfc3161TimestampSource}. Not safe for use by several threads. */
    public static final class Builder {

        /** The bytes of a response outside its token: a status and its text. */
        private static final int RESPONSE_OVERHEAD = 4096;

        private static final int DEFAULT_MAX_TOKEN_SIZE = 16 * 1024;
        private static final int LARGEST_TOKEN = 1024 * 1024;

        private final List<TimestampAuthority> authorities;
        private DigestAlgorithm digestAlgorithm = DigestAlgorithm.SHA256;
        private Duration attemptLimit = Duration.ofSeconds(5);
        private int maxTokenSize = DEFAULT_MAX_TOKEN_SIZE;
        private Clock clock = Clock.systemUTC();

        private Builder(List<TimestampAuthority> authorities) {
            this.authorities = List.copyOf(authorities);
            if (authorities.isEmpty()) {
                throw new IllegalArgumentException("A timestamp source needs an authority");
            }
        }

        /**
         * Sets the digest algorithm of requests. Default: SHA-256.
         *
         * @param digestAlgorithm the digest algorithm
         * @return this builder
         */
        public Builder digestAlgorithm(DigestAlgorithm digestAlgorithm) {
            this.digestAlgorithm = Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
            return this;
        }

        /**
         * Sets the time limit for one authority. Default: 5 seconds. An authority never gets more than an equal share
         * of the request's remaining time.
         *
         * @param attemptLimit the time; positive
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder attemptLimit(Duration attemptLimit) {
            if (attemptLimit.isNegative() || attemptLimit.isZero()) {
                throw new IllegalArgumentException("An authority needs some time: " + attemptLimit);
            }
            this.attemptLimit = attemptLimit;
            return this;
        }

        /**
         * Sets the size limit of a token. Default: 16 KiB. Each container reserves as much room.
         *
         * @param maxTokenSize the size in bytes, up to 1 MiB
         * @return this builder
         * @throws IllegalArgumentException if it is not positive, or larger
         */
        public Builder maxTokenSize(int maxTokenSize) {
            if (maxTokenSize <= 0 || maxTokenSize > LARGEST_TOKEN) {
                throw new IllegalArgumentException(
                        "The largest token must have 1 to " + LARGEST_TOKEN + " bytes, not " + maxTokenSize);
            }
            this.maxTokenSize = maxTokenSize;
            return this;
        }

        /**
         * Sets the clock for the check of a token's time. Default: the system clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the source.
         *
         * @return the source
         */
        public Rfc3161TimestampSource build() {
            return new Rfc3161TimestampSource(this);
        }
    }
}
