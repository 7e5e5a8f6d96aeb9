package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.CertificateAddresses;
import io.github.hsmsigner.core.internal.fetch.HttpFetcher;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes certificate chains with issuers that it fetches from the addresses in the certificates: caIssuers in the
 * AuthorityInfoAccess extension (RFC 5280, section 4.2.2.1).
 *
 * <p>It makes HTTP requests to addresses in certificates, so nothing uses it unless the operator enables it. It uses
 * only plain HTTP, unless a redirect leads to https. It accepts a fetched certificate only if the certificate's key
 * verifies the signature. That requires no trust in the server. Validators decide whether the root is trusted.
 *
 * <p>Fetched certificates are cached while they are valid. Thread-safe.
 */
public final class AiaChainCompleter {

    private static final Logger LOG = LoggerFactory.getLogger(AiaChainCompleter.class);
    private static final int CACHE_SIZE = 64;

    private final Duration timeout;
    private final int maxDepth;
    private final Clock clock;
    private final HttpFetcher fetcher;
    private final Map<URI, List<X509Certificate>> cache = Collections.synchronizedMap(new LeastRecentlyUsed());

    private AiaChainCompleter(Builder builder) {
        this.timeout = builder.timeout;
        this.maxDepth = builder.maxDepth;
        this.clock = builder.clock;
        this.fetcher = new HttpFetcher(builder.maxBytes);
    }

    /**
     * Begins a completer.
     *
     * @return the builder, with settings that suit most
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a provider that completes the chains of another one. It returns a chain that cannot be completed as far
     * as it reaches, and logs a warning. Such a chain can make signatures, and {@link CertificateChain#inspect} names
     * what is missing.
     *
     * @param provider the source of the chains
     * @return the completing provider
     */
    public CertificateProvider completing(CertificateProvider provider) {
        Objects.requireNonNull(provider, "provider");
        return key -> complete(provider.certificateChain(key), Deadline.after(timeout));
    }

    /**
     * Completes a chain as far as issuers are available.
     *
     * @param chain the chain
     * @param deadline when to stop
     * @return the chain with the issuers that were found; the same if nothing is missing or nothing was found
     */
    public CertificateChain complete(CertificateChain chain, Deadline deadline) {
        List<X509Certificate> certificates = new ArrayList<>(chain.certificates());
        for (int fetched = 0; fetched < maxDepth; fetched++) {
            X509Certificate last = certificates.get(certificates.size() - 1);
            if (CertificateChain.issued(last, last)) {
                break;
            }
            Optional<X509Certificate> issuer = issuerOf(last, deadline);
            // Authorities that certify each other are a loop without a root.
            if (issuer.isEmpty() || certificates.contains(issuer.get())) {
                break;
            }
            certificates.add(issuer.get());
        }
        return CertificateChain.of(chain.signer(), certificates);
    }

    private Optional<X509Certificate> issuerOf(X509Certificate certificate, Deadline deadline) {
        List<String> reasons = new ArrayList<>();
        List<URI> addresses = CertificateAddresses.caIssuers(certificate);
        for (int i = 0; i < addresses.size(); i++) {
            URI address = addresses.get(i);
            try {
                return Optional.of(issuerFrom(address, certificate, deadline.share(addresses.size() - i)));
            } catch (InterruptedIOException e) {
                reasons.add(address + ": " + e.getMessage());
                break;
            } catch (IOException | InvalidConfigurationException e) {
                reasons.add(address + ": " + e.getMessage());
            }
        }
        LOG.warn(
                "The issuer \"{}\" of the certificate of \"{}\" is missing and could not be fetched: {}",
                DistinguishedName.ofIssuer(certificate).toString(),
                DistinguishedName.ofSubject(certificate).toString(),
                reasons.isEmpty()
                        ? "the certificate names no address over HTTP" + CertificateAddresses.unusable(certificate)
                        : String.join("; ", reasons));
        return Optional.empty();
    }

    private X509Certificate issuerFrom(URI address, X509Certificate certificate, Deadline deadline) throws IOException {
        Optional<X509Certificate> known = choose(cache.getOrDefault(address, List.of()), certificate);
        if (known.isPresent()) {
            return known.get();
        }
        List<X509Certificate> found =
                CertificateFiles.parseIssuers("answer", Asn1Answer.content(fetcher.get(address, deadline)));
        X509Certificate issuer = choose(found, certificate)
                .orElseThrow(() -> new IOException("no certificate there is valid and made the signature"));
        cache.put(address, found);
        return issuer;
    }

    private Optional<X509Certificate> choose(List<X509Certificate> candidates, X509Certificate certificate) {
        return candidates.stream()
                .filter(c -> !clock.instant().isAfter(c.getNotAfter().toInstant()))
                .filter(c -> CertificateChain.issued(c, certificate))
                .findFirst();
    }

    /** Keeps the addresses that were used last. */
    private static final class LeastRecentlyUsed extends LinkedHashMap<URI, List<X509Certificate>> {

        private static final long serialVersionUID = 1L;

        LeastRecentlyUsed() {
            super(CACHE_SIZE, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, List<X509Certificate>> eldest) {
            return size() > CACHE_SIZE;
        }
    }

    /** Collects the settings of an {@link AiaChainCompleter}. Not safe for use by several threads. */
    public static final class Builder {

        private Duration timeout = Duration.ofSeconds(10);
        private int maxBytes = 256 * 1024;
        private int maxDepth = 8;
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /**
         * Sets the time limit for one chain of {@link AiaChainCompleter#completing(CertificateProvider)}. Default: ten
         * seconds.
         *
         * @param timeout the time
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new InvalidConfigurationException("The time to complete a chain must be positive: " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * Sets the size limit of a response. Default: 256 KiB.
         *
         * @param maxBytes the size in bytes, up to {@value CertificateFiles#MAX_BYTES}
         * @return this builder
         */
        public Builder maxBytes(int maxBytes) {
            if (maxBytes < 1 || maxBytes > CertificateFiles.MAX_BYTES) {
                throw new InvalidConfigurationException(
                        "The largest answer must have 1 to " + CertificateFiles.MAX_BYTES + " bytes: " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * Sets the maximum number of issuers to fetch for one chain. Default: eight.
         *
         * @param maxDepth the number
         * @return this builder
         */
        public Builder maxDepth(int maxDepth) {
            if (maxDepth < 1) {
                throw new InvalidConfigurationException("At least one issuer must be allowed: " + maxDepth);
            }
            this.maxDepth = maxDepth;
            return this;
        }

        /**
         * Sets the clock that decides whether an issuer is still valid. Default: the system clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the completer.
         *
         * @return the completer
         */
        public AiaChainCompleter build() {
            return new AiaChainCompleter(this);
        }
    }
}
