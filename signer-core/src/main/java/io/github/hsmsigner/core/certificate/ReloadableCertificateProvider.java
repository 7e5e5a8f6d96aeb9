package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The chain of one key, which can be replaced while signatures are made: all of it or nothing.
 *
 * <p>Safe for use by any number of threads at once: each sees the old chain or the new one, never parts of both.
 */
public final class ReloadableCertificateProvider implements CertificateProvider {

    private final PublicKey key;
    private final Supplier<CertificateProvider> source;
    private volatile CertificateChain chain;

    private ReloadableCertificateProvider(PublicKey key, Supplier<CertificateProvider> source) {
        this.key = Objects.requireNonNull(key, "key");
        this.source = Objects.requireNonNull(source, "source");
        this.chain = read();
    }

    /**
     * Reads the chain of a key, now and at each reload.
     *
     * @param key the public half of the signing key
     * @param source what reads the certificates; asked once now and once at each reload, by one thread at a time
     * @return the provider
     * @throws InvalidConfigurationException if the certificates cannot be read or none is the key's
     */
    public static ReloadableCertificateProvider of(PublicKey key, Supplier<CertificateProvider> source) {
        return new ReloadableCertificateProvider(key, source);
    }

    /**
     * Reads the chain of a key from files, now and at each reload.
     *
     * @param key the public half of the signing key
     * @param signerFile the file with the certificate of the key; it may hold the chain too
     * @param issuerFiles files with further certificates to complete the chain from
     * @return the provider
     * @throws InvalidConfigurationException if a file cannot be read or no certificate is the key's
     */
    public static ReloadableCertificateProvider fromFiles(PublicKey key, Path signerFile, List<Path> issuerFiles) {
        List<Path> issuers = List.copyOf(issuerFiles);
        return of(key, () -> FixedCertificateProvider.fromFiles(signerFile, issuers));
    }

    /**
     * Reads the certificates again and puts the new chain in the place of the old one. Where that fails, the old one stays.
     *
     * @return whether the chain is another now
     * @throws InvalidConfigurationException if the certificates cannot be read or none is the key's
     * @throws SigningUnavailableException if the certificates cannot be read now
     */
    public synchronized boolean reload() {
        CertificateChain next = read();
        boolean changed = !next.equals(chain);
        chain = next;
        return changed;
    }

    /**
     * How long the signer's certificate stays valid.
     *
     * @param at the time to count from
     * @return the time until it expires; negative once it has
     */
    public Duration timeLeft(Instant at) {
        return ChainInspection.timeLeft(chain, at);
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
        CertificateChain current = chain;
        requireKey(current, publicKey);
        return current;
    }

    private CertificateChain read() {
        CertificateChain read = source.get().certificateChain(key);
        requireKey(read, key);
        return read;
    }

    private static void requireKey(CertificateChain chain, PublicKey key) {
        if (!Arrays.equals(chain.signer().getPublicKey().getEncoded(), key.getEncoded())) {
            throw new InvalidConfigurationException("The certificate of \""
                    + chain.signer().getSubjectX500Principal().getName() + "\" does not belong to the signing key.");
        }
    }
}
