package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.core.internal.fetch.CertificateAddresses;
import io.github.hsmsigner.core.internal.fetch.HttpFetcher;
import io.github.hsmsigner.core.internal.fetch.PeerSignatures;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches revocation information from the addresses in the certificates: from OCSP responders (AuthorityInfoAccess, RFC
 * 6960), and otherwise from CRLs (CRLDistributionPoints, RFC 5280).
 *
 * <p>It makes HTTP requests to addresses in certificates, so nothing uses it unless the operator enables it. It uses
 * only plain HTTP, unless a redirect leads to https, because the responses are signed. It accepts a response that is
 * current and covers the certificate. The certificate's issuer must have signed it, or for OCSP a responder that the
 * issuer certified for it. It does not accept signatures with SHA-1 or MD5. If a responder's certificate lacks
 * id-pkix-ocsp-nocheck, the CRL that this certificate names becomes part of the proof.
 *
 * <p>Every address gets an equal share of the time that is left. A revoked certificate is a permanent error. A network
 * error is temporary and names every address with its reason. A failure is remembered for {@link Builder#failureAge},
 * so that a responder that does not respond costs its time once, and not for each request.
 *
 * <p>Responses are cached until their nextUpdate. While one is in use, it is refreshed in the background after half of
 * that time, or of {@link Builder#maxAge} if that is shorter. A refresh that fails is retried after pauses from 30
 * seconds to 10 minutes and logged at most once a minute; the previous response stays in use until its nextUpdate. One
 * daemon thread refreshes for all certificates. It ends when no certificate is in use, or with {@link #close}.
 * Thread-safe: callers that need the same response wait for one request.
 */
public final class OnlineRevocationSource implements RevocationSource, AutoCloseable {

    private static final String CLIENT_MESSAGE =
            "Revocation information about the signing certificate is not available at the moment.";
    private static final Logger LOG = LoggerFactory.getLogger(OnlineRevocationSource.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    private static final int MAX_REASON_LENGTH = 400;

    private final Duration attemptLimit;
    private final OcspLookup ocsp;
    private final CrlLookup crls;
    private final ProofCache cache;
    private final ProofsTogether together;
    private final RefreshTimer timer;

    private OnlineRevocationSource(Builder builder) {
        this.attemptLimit = builder.attemptLimit;
        this.cache =
                new ProofCache(builder.clock, builder.maxAge, builder.failureAge, builder.cacheSize, builder.timer);
        this.timer = builder.timer;
        this.together = new ProofsTogether(builder.cacheSize);
        HttpFetcher http = new HttpFetcher(builder.maxBytes, builder.limitName);
        PeerSignatures signatures = new PeerSignatures();
        UpdateTimes times = new UpdateTimes(builder.clock);
        this.crls = new CrlLookup(http, new CrlCheck(times, signatures));
        this.ocsp = new OcspLookup(http, new OcspResponseCheck(builder.clock, times, signatures), crls);
    }

    /**
     * Begins a source.
     *
     * @return the builder, with settings that suit most
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public RevocationInfo revocationInfo(CertificateChain chain, Deadline deadline) {
        List<X509Certificate> certificates = chain.certificates();
        int root = certificates.size() - 1;
        X509Certificate last = certificates.get(root);
        if (!CertificateChain.issued(last, last)) {
            throw SigningUnavailableException.lasting(
                    "There is no revocation information for the certificate of " + subject(last)
                            + ", as its issuer \""
                            + DistinguishedName.ofIssuer(last).toString()
                            + "\" is missing in the chain. Add the issuer's certificate, or have chains completed.",
                    CLIENT_MESSAGE,
                    null);
        }
        List<Proof> proofs = new ArrayList<>();
        for (int i = 0; i < root; i++) {
            proofs.add(proof(certificates.get(i), certificates.get(i + 1), deadline.share(root - i)));
        }
        return together.of(chain, proofs);
    }

    private Proof proof(X509Certificate certificate, X509Certificate issuer, Deadline deadline) {
        List<Attempt> attempts = new ArrayList<>();
        for (URI address : CertificateAddresses.ocspResponders(certificate)) {
            attempts.add(new Attempt(address, limit -> ocsp.lookup(address, certificate, issuer, limit)));
        }
        for (URI address : CertificateAddresses.crls(certificate)) {
            attempts.add(new Attempt(address, limit -> crls.lookup(address, certificate, issuer, limit)));
        }
        if (attempts.isEmpty()) {
            throw SigningUnavailableException.lasting(
                    "There is no revocation information for the certificate of " + subject(certificate)
                            + ", because it names neither an OCSP responder nor a CRL over HTTP"
                            + CertificateAddresses.unusable(certificate)
                            + ". Use another certificate, or make containers without revocation information.",
                    CLIENT_MESSAGE,
                    null);
        }
        try {
            return cache.get(certificate, deadline, limit -> firstOf(attempts, certificate, limit));
        } catch (IOException e) {
            String reason = ": " + e.getMessage();
            throw unavailable(
                    certificate,
                    attempts.stream().map(a -> a.address() + reason).toList(),
                    e);
        }
    }

    /**
     * Returns how often revocation information was refreshed in the background.
     *
     * @return the number since this source was built
     */
    public long refreshes() {
        return cache.refreshes();
    }

    /**
     * Returns how often revocation information could not be refreshed in the background. The previous response stays in use until its
     * nextUpdate, unless the certificate was revoked.
     *
     * @return the number since this source was built, retries included
     */
    public long failedRefreshes() {
        return cache.failedRefreshes();
    }

    /** Ends refreshing in the background. Requests still fetch what they need. */
    @Override
    public void close() {
        timer.close();
    }

    private Proof firstOf(List<Attempt> attempts, X509Certificate certificate, Deadline deadline) {
        List<String> reasons = new ArrayList<>();
        IOException last = null;
        for (int i = 0; i < attempts.size() && !(last instanceof InterruptedIOException); i++) {
            Attempt attempt = attempts.get(i);
            try {
                return attempt.lookup().by(deadline.share(attempts.size() - i).within(attemptLimit));
            } catch (IOException e) {
                String reason = attempt.address() + ": " + PeerText.printable(e.getMessage(), MAX_REASON_LENGTH);
                LOG.warn("No revocation information for the certificate of {} from {}.", subject(certificate), reason);
                reasons.add(reason);
                last = e;
            }
        }
        throw unavailable(certificate, reasons, last);
    }

    private static SigningUnavailableException unavailable(
            X509Certificate certificate, List<String> reasons, @Nullable IOException cause) {
        return SigningUnavailableException.passing(
                cause instanceof InterruptedIOException ? Reason.LATE : Reason.DOWN,
                "No revocation information could be had for the certificate of " + subject(certificate) + ". "
                        + String.join("; ", reasons) + ".",
                CLIENT_MESSAGE,
                RETRY_AFTER,
                cause);
    }

    private static String subject(X509Certificate certificate) {
        return "\"" + DistinguishedName.ofSubject(certificate).toString() + "\"";
    }

    /** One address to ask. */
    private record Attempt(URI address, Lookup lookup) {}

    /** Asking it. */
    @FunctionalInterface
    private interface Lookup {

        Proof by(Deadline deadline) throws IOException;
    }

    /** Collects the settings of an {@link OnlineRevocationSource}. Not safe for use by several threads. */
    public static final class Builder {

        private static final int LARGEST_ANSWER = 64 * 1024 * 1024;

        private Duration attemptLimit = Duration.ofSeconds(5);
        private Duration maxAge = Duration.ofHours(24);
        private Duration failureAge = Duration.ofSeconds(10);
        private int cacheSize = 64;
        private int maxBytes = 1024 * 1024;
        private String limitName = "maxBytes";
        private Clock clock = Clock.systemUTC();
        private RefreshTimer timer = RefreshTimer.ofOneThread();

        private Builder() {}

        /**
         * Sets the time limit for one address. Default: 5 seconds. An address never gets more than an equal share of
         * the request's remaining time.
         *
         * @param attemptLimit the time; positive
         * @return this builder
         */
        public Builder attemptLimit(Duration attemptLimit) {
            if (attemptLimit.isNegative() || attemptLimit.isZero()) {
                throw new InvalidConfigurationException("An address needs some time to answer: " + attemptLimit);
            }
            this.attemptLimit = attemptLimit;
            return this;
        }

        /**
         * Sets how long a response is used before a request asks again, however far away its nextUpdate is. Default: 24 hours. While the
         * responder answers, a revocation is noticed that much later at most. If there is no new response, the previous one is used until
         * its nextUpdate.
         *
         * @param maxAge the time; zero to ask for each signature, and to fail without an answer
         * @return this builder
         */
        public Builder maxAge(Duration maxAge) {
            if (maxAge.isNegative()) {
                throw new InvalidConfigurationException("The age of answers cannot be negative: " + maxAge);
            }
            this.maxAge = maxAge;
            return this;
        }

        /**
         * Sets how long a failure is remembered. Requests in this time fail at once with the same error. Default: 10 seconds. A search
         * that ended because a request had less than a second left is not remembered.
         *
         * @param failureAge the time; zero to ask again for each signature
         * @return this builder
         */
        public Builder failureAge(Duration failureAge) {
            if (failureAge.isNegative()) {
                throw new InvalidConfigurationException("The age of failures cannot be negative: " + failureAge);
            }
            this.failureAge = failureAge;
            return this;
        }

        /**
         * Sets the number of certificates whose responses are cached. Default: 64.
         *
         * @param certificates the number; positive
         * @return this builder
         */
        public Builder cacheSize(int certificates) {
            if (certificates < 1) {
                throw new InvalidConfigurationException(
                        "The answers of one certificate must be kept at least: " + certificates);
            }
            this.cacheSize = certificates;
            return this;
        }

        /**
         * Sets the size limit of a response. Default: 1 MiB. Each container includes the responses, so large CRLs make
         * large containers.
         *
         * @param maxBytes the size in bytes, up to 64 MiB
         * @return this builder
         */
        public Builder maxBytes(int maxBytes) {
            if (maxBytes < 1 || maxBytes > LARGEST_ANSWER) {
                throw new InvalidConfigurationException(
                        "The largest answer must have 1 to " + LARGEST_ANSWER + " bytes: " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * Sets how error messages name the limit of {@link #maxBytes}; default: {@code maxBytes}.
         *
         * @param limitName the name of the setting of your program
         * @return this builder
         */
        public Builder limitName(String limitName) {
            this.limitName = Objects.requireNonNull(limitName, "limitName");
            return this;
        }

        /**
         * Sets the clock that decides whether a response is current. Default: the system clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** Sets what refreshes, for tests. */
        Builder timer(RefreshTimer timer) {
            this.timer = timer;
            return this;
        }

        /**
         * Builds the source.
         *
         * @return the source
         */
        public OnlineRevocationSource build() {
            return new OnlineRevocationSource(this);
        }
    }
}
