package io.github.hsmsigner.jca;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JCA provider over signing keys. Every library that takes a {@link KeyStore} or a {@link java.security.PrivateKey}
 * can sign with a key in an HSM: XML signatures, JOSE, TLS servers, {@code jarsigner} and others.
 *
 * <p>It offers a {@code KeyStore} of the type {@value #KEY_STORE_TYPE} with an entry for each key, and a
 * {@code Signature} for each algorithm. The private keys are opaque: they have no encoding, and only this provider signs
 * with them. It verifies each signature before it returns it. It does not verify signatures of others; the other
 * providers of the Java runtime do.
 *
 * <p>The provider does not register itself. Libraries that name no provider when they ask for a {@code Signature} find
 * this one after {@link java.security.Security#addProvider}.
 *
 * <p>Thread-safe. Do not change the properties of a provider.
 */
public final class SignerProvider extends Provider implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    /** The name of the provider. */
    public static final String NAME = "HsmSigner";

    /** The type of its key store. */
    public static final String KEY_STORE_TYPE = "HSMSIGNER";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final long MAX_CONFIGURATION_BYTES = 64 * 1024;

    private final transient Optional<KeySource> source;
    /** False in the provider that the Java runtime creates. It has no keys until {@link #configure}. */
    private final boolean configured;

    /**
     * Creates a provider without keys, for {@link #configure}. The Java runtime calls this when a tool names the provider
     * on its command line or in a configuration file.
     */
    public SignerProvider() {
        this(List.of(), DEFAULT_TIMEOUT, Optional.empty(), false);
    }

    /**
     * Creates a provider over keys that the caller keeps open, with 30 seconds for each signature.
     *
     * @param keys the keys, names distinct
     */
    public SignerProvider(Collection<SigningKey> keys) {
        this(keys, DEFAULT_TIMEOUT);
    }

    /**
     * Creates a provider over keys that the caller keeps open.
     *
     * @param keys the keys, names distinct
     * @param timeout the time limit of each signature, which includes the wait for a free session
     * @throws InvalidConfigurationException if two keys have the same name, or the limit is not positive
     */
    public SignerProvider(Collection<SigningKey> keys, Duration timeout) {
        this(keys, timeout, Optional.empty(), true);
    }

    private SignerProvider(
            Collection<SigningKey> keys, Duration timeout, Optional<KeySource> source, boolean configured) {
        super(NAME, "0.1", "Signatures with keys of Signer, such as keys in an HSM");
        this.source = source;
        this.configured = configured;
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidConfigurationException("The time limit of a signature must be positive.");
        }
        Map<String, SignerPrivateKey> privateKeys = SignerPrivateKey.byName(keys, timeout);
        putService(new SpiService(this, "KeyStore", KEY_STORE_TYPE, SignerKeyStore.class, List.of(), () -> {
            if (!configured) {
                throw new ProviderException("The provider " + NAME
                        + " has no keys. Configure it with the URI of a key, or a file with one.");
            }
            return new SignerKeyStore(privateKeys);
        }));
        for (SignatureName name : SignatureName.all()) {
            putService(new SpiService(
                    this,
                    "Signature",
                    name.name(),
                    SignerSignature.class,
                    name.aliases(),
                    () -> new SignerSignature(name)));
        }
    }

    /**
     * Opens the keys that a URI names and returns a provider over them.
     *
     * @param argument the URI as {@link KeySource#open} takes it, or the path of a file that holds the URI
     * @return the provider; close it after the last use
     * @throws InvalidParameterException if the argument is neither, or names what does not exist. The cause says what is
     *     expected
     * @throws ProviderException if the keys cannot be reached now; the cause has the reason
     */
    @Override
    public SignerProvider configure(String argument) {
        try {
            Deadline deadline = Deadline.after(DEFAULT_TIMEOUT);
            KeySource opened = KeySource.open(uri(argument), deadline);
            try {
                List<SigningKey> keys = new ArrayList<>();
                opened.signers()
                        .forEach((name, signer) ->
                                keys.add(SigningKey.open(name, signer, opened.certificates(), deadline)));
                return new SignerProvider(keys, DEFAULT_TIMEOUT, Optional.of(opened), true);
            } catch (RuntimeException | Error e) {
                opened.close();
                throw e;
            }
        } catch (SigningUnavailableException e) {
            throw new ProviderException(e.getMessage(), e);
        } catch (SigningException e) {
            throw (InvalidParameterException) new InvalidParameterException(e.getMessage()).initCause(e);
        }
    }

    private static String uri(String argument) {
        try {
            Path file = Path.of(argument);
            if (!Files.isRegularFile(file)) {
                return argument;
            }
            if (Files.size(file) > MAX_CONFIGURATION_BYTES) {
                throw new InvalidConfigurationException("The file " + file + " is longer than "
                        + MAX_CONFIGURATION_BYTES + " bytes. Expected is the URI of a key.");
            }
            return Files.readString(file).strip();
        } catch (InvalidPathException e) {
            return argument;
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The file " + argument + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public boolean isConfigured() {
        return configured;
    }

    /**
     * Returns the keys as a key store that is loaded.
     *
     * @return the key store: for each key an entry with its name, its private key and its certificate chain
     */
    public KeyStore keyStore() {
        try {
            KeyStore keyStore = KeyStore.getInstance(KEY_STORE_TYPE, this);
            keyStore.load(null, null);
            return keyStore;
        } catch (GeneralSecurityException | IOException e) {
            throw new ProviderException("The key store of the provider cannot be loaded", e);
        }
    }

    /** Closes the keys that {@link #configure} opened. Keys that the caller opened stay open. */
    @Override
    public void close() {
        source.ifPresent(KeySource::close);
    }

    /** Providers over different keys are different, though they have the same name. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
