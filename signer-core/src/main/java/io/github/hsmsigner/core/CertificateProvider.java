package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.security.PublicKey;

/**
 * A source of the certificates of keys: files, a token, a key store, a directory.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface CertificateProvider {

    /**
     * Finds the certificate of a key and completes its chain as far as issuers are known.
     *
     * @param publicKey the public half of the signing key
     * @return the chain, signer first
     * @throws InvalidConfigurationException if there is no certificate for this key, or more than one
     * @throws SigningUnavailableException if the certificates cannot be read now
     */
    CertificateChain certificateChain(PublicKey publicKey);
}
