package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.service.config.KeySettings.FromProvider;
import io.github.hsmsigner.service.config.KeyUri;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a URI that an integrator's {@link KeySource.Provider} opens. The caller closes them. An unexpected
 * exception of the provider becomes an {@link IllegalStateException} with its class and stack trace, because its message
 * may repeat the URI. Thread-safe.
 */
public final class ProvidedKeys implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProvidedKeys.class);

    private final String scheme;
    private final KeySource source;

    private ProvidedKeys(String scheme, KeySource source) {
        this.scheme = scheme;
        this.source = source;
    }

    /**
     * Opens the keys.
     *
     * @throws InvalidConfigurationException if the URI is malformed, or names what does not exist
     * @throws SigningUnavailableException if the keys cannot be reached now
     * @throws IllegalStateException if the provider threw another exception
     */
    public static ProvidedKeys open(KeyUri uri, Deadline deadline) {
        return new ProvidedKeys(uri.scheme(), guarded(uri.scheme(), () -> KeySource.open(uri.text(), deadline)));
    }

    /**
     * Finds a key and verifies it. If there are several, it is the key with the name in the settings.
     *
     * @throws InvalidConfigurationException if the key is missing, or does not match its certificate
     * @throws SigningUnavailableException if the key cannot be used now
     * @throws IllegalStateException if the provider threw another exception
     */
    public SigningKey find(String name, FromProvider settings, SigningKeyVerifier verifier, Deadline deadline) {
        return guarded(scheme, () -> {
            Signer signer = signer(name);
            return verifier.verify(name, settings, signer, this::certificates, deadline);
        });
    }

    private Signer signer(String name) {
        Map<String, Signer> signers = source.signers();
        Signer signer = signers.size() == 1 ? signers.values().iterator().next() : signers.get(name);
        if (signer == null) {
            throw new InvalidConfigurationException("Key \"" + name + "\": its URI names the keys "
                    + new TreeSet<>(signers.keySet())
                    + ". Name one key in the URI, or give the key in the settings one of these names.");
        }
        return signer;
    }

    private CertificateProvider certificates(List<X509Certificate> issuers) {
        CertificateProvider own = source.certificates();
        return issuers.isEmpty()
                ? own
                : publicKey -> FixedCertificateProvider.of(
                                "the key source",
                                own.certificateChain(publicKey).certificates(),
                                issuers)
                        .certificateChain(publicKey);
    }

    @Override
    public void close() {
        try {
            guarded(scheme, () -> {
                source.close();
                return true;
            });
        } catch (SigningException | IllegalStateException e) {
            LOG.warn("The keys of a URI with the scheme \"{}\" could not be closed: {}", scheme, e.getMessage());
        }
    }

    private static <T> T guarded(String scheme, Supplier<T> use) {
        try {
            return use.get();
        } catch (SigningException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            IllegalStateException fault = new IllegalStateException("The provider of the scheme \"" + scheme
                    + "\" threw " + e.getClass().getName() + ".");
            fault.setStackTrace(e.getStackTrace());
            throw fault;
        }
    }
}
