package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** An open token, or an open URI of another scheme. Thread-safe. */
sealed interface OpenedSource extends AutoCloseable {

    /** A key of the source, its certificates, and its health without a call. */
    record Found(Signer signer, CertificateProvider certificates, Supplier<KeyHealth> health) {}

    /**
     * Finds a key.
     *
     * @throws InvalidConfigurationException if there is no such key
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the source cannot be read now
     */
    Found find(KeySettings key);

    /** Returns the health without a call. */
    TokenHealth health();

    @Override
    void close();

    /** An open PKCS#11 token. */
    record OfToken(Pkcs11Token token) implements OpenedSource {

        @Override
        public Found find(KeySettings key) {
            Pkcs11Signer signer = token.signer(KeySelector.of(key.pkcs11().orElseThrow()), key.candidates());
            return new Found(signer, token.certificates(List.of()), signer::health);
        }

        @Override
        public TokenHealth health() {
            return token.health();
        }

        @Override
        public void close() {
            token.close();
        }
    }

    /** An open URI of another scheme. It has one key. */
    record OfUri(KeySource source) implements OpenedSource {

        @Override
        public Found find(KeySettings key) {
            Map<String, Signer> signers = source.signers();
            if (signers.size() != 1) {
                throw new InvalidConfigurationException("The URI must name one key, but it names several: "
                        + signers.keySet().stream().sorted().toList() + ".");
            }
            return new Found(signers.values().iterator().next(), source.certificates(), KeyHealth::healthy);
        }

        @Override
        public TokenHealth health() {
            return TokenHealth.healthy();
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
