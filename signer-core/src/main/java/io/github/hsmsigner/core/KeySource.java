package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys that a URI names, such as {@code pkcs11:token=contracts?module-path=…}, with what must stay open while they are
 * used.
 *
 * <p>{@link #open} finds the {@link Provider} of the URI's scheme with {@link ServiceLoader}. {@code signer-core} has
 * {@code file:} for PKCS#12 files, {@code signer-pkcs11} has {@code pkcs11:} (RFC 7512). An integrator adds a scheme with a provider.
 *
 * <p>Implementations are thread-safe.
 */
public interface KeySource extends AutoCloseable {

    /** Opens key sources of one scheme. Has a public constructor without parameters, and is thread-safe. */
    interface Provider {

        /** {@return the scheme of the URIs that it opens, in lower case and without colon, such as {@code awskms}} */
        String scheme();

        /**
         * Opens the keys that a URI names.
         *
         * @param uri the URI, with its scheme
         * @param deadline the time limit
         * @return the keys
         * @throws InvalidConfigurationException if the URI is malformed, or names what does not exist. The message says
         *     what is expected, and repeats no secret
         * @throws SigningUnavailableException if the keys cannot be reached now
         */
        KeySource open(String uri, Deadline deadline);
    }

    /**
     * Returns the keys.
     *
     * @return the keys by name; not empty, unmodifiable, and usable until this source is closed
     */
    Map<String, Signer> signers();

    /**
     * Returns the certificates that are stored with the keys.
     *
     * @return the certificates. It throws an {@link InvalidConfigurationException} for a key without a certificate
     */
    CertificateProvider certificates();

    /** Closes what the keys need. They cannot sign afterwards. */
    @Override
    void close();

    /**
     * Opens the keys that a URI names.
     *
     * @param uri the URI
     * @param deadline the time limit
     * @return the keys, for the caller to close
     * @throws InvalidConfigurationException if no provider for the scheme of the URI is on the class path or module
     *     path, the URI is malformed, or it names what does not exist
     * @throws SigningUnavailableException if the keys cannot be reached now
     */
    static KeySource open(String uri, Deadline deadline) {
        return provider(uri).open(uri, deadline);
    }

    /**
     * Returns the provider of the scheme of a URI, and opens nothing.
     *
     * @param uri the URI
     * @return the provider
     * @throws InvalidConfigurationException if no provider for the scheme is on the class path or module path, or a
     *     provider cannot be loaded. The message repeats only the scheme of the URI
     */
    static Provider provider(String uri) {
        Map<String, Provider> providers = new TreeMap<>();
        try {
            ServiceLoader.load(Provider.class, KeySource.class.getClassLoader())
                    .forEach(provider -> providers.putIfAbsent(provider.scheme(), provider));
            ServiceLoader.load(Provider.class).forEach(provider -> providers.putIfAbsent(provider.scheme(), provider));
        } catch (ServiceConfigurationError e) {
            throw new InvalidConfigurationException("A provider of keys cannot be loaded: " + e.getMessage() + ".", e);
        }
        String schemes = String.join(", ", providers.keySet());
        Matcher scheme =
                Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*", Pattern.DOTALL).matcher(uri);
        if (!scheme.matches()) {
            throw new InvalidConfigurationException(
                    "The URI of a key must begin with a scheme and a colon. Schemes: " + schemes + ".");
        }
        Provider provider = providers.get(scheme.group(1).toLowerCase(Locale.ROOT));
        if (provider == null) {
            throw new InvalidConfigurationException("No provider for the key URI scheme \"" + scheme.group(1)
                    + "\" is on the class path. Schemes: " + schemes + ".");
        }
        return provider;
    }
}
