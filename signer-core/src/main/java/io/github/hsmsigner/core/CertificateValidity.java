package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps keys from signing while their certificate is not valid, or warns of it where that is wanted. Thread-safe.
 */
final class CertificateValidity {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateValidity.class);

    private final boolean required;
    private final Clock clock;

    /** The last certificate of each key in a warning, so that there is one warning and not one for each request. */
    private final Map<String, X509Certificate> warned = new ConcurrentHashMap<>();

    CertificateValidity(boolean required, Clock clock) {
        this.required = required;
        this.clock = clock;
    }

    /**
     * Names everything that is wrong with a chain that is about to be used.
     *
     * @throws InvalidConfigurationException if the signer's certificate is not valid now and must be
     */
    void admit(String keyName, CertificateChain chain) {
        Instant now = clock.instant();
        for (ChainFinding finding : chain.inspect(now)) {
            if (required && finding.kind().isSignerValidity()) {
                throw new InvalidConfigurationException("Key \"" + keyName + "\": " + finding.sentence());
            }
            LOG.warn("Key \"{}\": {}", keyName, finding.sentence());
        }
        if (!chain.isSignerValid(now)) {
            warned.put(keyName, chain.signer());
        }
    }

    /**
     * Looks at the dates alone, for each request.
     *
     * @throws SigningUnavailableException if the signer's certificate is not valid now and must be
     */
    void check(String keyName, CertificateChain chain) {
        Instant now = clock.instant();
        if (chain.isSignerValid(now)) {
            return;
        }
        ChainFinding finding = chain.inspect(now).stream()
                .filter(f -> f.kind().isSignerValidity())
                .findFirst()
                .orElseThrow();
        if (required) {
            throw SigningUnavailableException.lasting("Key \"" + keyName + "\": " + finding.sentence(), null);
        }
        if (chain.signer() != warned.put(keyName, chain.signer())) {
            LOG.warn("Key \"{}\": {} Signatures are made all the same.", keyName, finding.sentence());
        }
    }
}
