package io.github.hsmsigner.service.config;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.pkcs11.KeySelector;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A signing key. */
public sealed interface KeySettings {

    /** {@return the scheme to sign with; empty for the usual one of the key's type} */
    Optional<SignatureScheme> scheme();

    /** {@return the names of the tokens with the key; none for a key elsewhere} */
    List<String> tokens();

    /** {@return the files with the certificates} */
    KeyCertificates certificates();

    /** A key on a PKCS#11 token, or on several that hold the same key. The names of the tokens are at least one. */
    record OnToken(
            List<String> tokens, KeySelector selector, Optional<SignatureScheme> scheme, KeyCertificates certificates)
            implements KeySettings {}

    /**
     * A key in a PKCS#12 file. The certificates in this file are the default, unless the signer's certificate has a
     * separate file.
     */
    record InFile(Path file, Secret password, Optional<SignatureScheme> scheme, KeyCertificates certificates)
            implements KeySettings {

        @Override
        public List<String> tokens() {
            return List.of();
        }
    }

    /**
     * A key of an integrator's {@link io.github.hsmsigner.core.KeySource.Provider}. Several keys with the same URI share
     * the source.
     */
    record FromProvider(KeyUri uri, Optional<SignatureScheme> scheme, KeyCertificates certificates)
            implements KeySettings {

        @Override
        public List<String> tokens() {
            return List.of();
        }
    }

    /**
     * The files with the certificates of a key. Immutable.
     *
     * @param signer file with the certificate of the key, in PEM, DER or PKCS#7; it may hold the chain too. Empty if
     *     the certificate is where the key is
     */
    record KeyCertificates(Optional<Path> signer, List<Path> issuers) {}
}
