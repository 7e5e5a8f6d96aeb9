package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.service.secret.SecretReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A signing key. */
public sealed interface KeySettings {

    /**
     * Returns the scheme to sign with.
     *
     * @return the scheme; empty for the usual one of the key's type
     */
    Optional<SignatureScheme> scheme();

    /**
     * Where the certificates come from.
     *
     * @return the files
     */
    KeyCertificates certificates();

    /**
     * A key on a PKCS#11 token, or on several that hold the same key.
     *
     * @param tokens the names of the tokens; at least one
     * @param selector which key on each of them
     * @param scheme the scheme to sign with; empty for the usual one of the key's type
     * @param certificates where the certificates come from
     */
    record OnToken(
            List<String> tokens, KeySelector selector, Optional<SignatureScheme> scheme, KeyCertificates certificates)
            implements KeySettings {

        /**
         * Checks the parts.
         *
         * @param tokens the names of the tokens; at least one
         * @param selector which key on each of them
         * @param scheme the scheme to sign with
         * @param certificates where the certificates come from
         */
        public OnToken {
            tokens = List.copyOf(tokens);
            Objects.requireNonNull(selector, "selector");
            Objects.requireNonNull(scheme, "scheme");
            Objects.requireNonNull(certificates, "certificates");
        }
    }

    /**
     * A key in a PKCS#12 file.
     *
     * @param file the file
     * @param password the password of the file and of its key
     * @param scheme the scheme to sign with; empty for the usual one of the key's type
     * @param certificates where the certificates come from; default: the certificates in this file, unless the signer's
     *     certificate has a separate file
     */
    record InFile(Path file, SecretReference password, Optional<SignatureScheme> scheme, KeyCertificates certificates)
            implements KeySettings {

        /**
         * Checks the parts.
         *
         * @param file the file
         * @param password the password of the file and of its key
         * @param scheme the scheme to sign with
         * @param certificates where the certificates come from
         */
        public InFile {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(password, "password");
            Objects.requireNonNull(scheme, "scheme");
            Objects.requireNonNull(certificates, "certificates");
        }
    }
}
