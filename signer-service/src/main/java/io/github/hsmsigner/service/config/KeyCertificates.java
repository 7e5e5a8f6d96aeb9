package io.github.hsmsigner.service.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the certificates of a key come from. Immutable.
 *
 * @param signer file with the certificate of the key, in PEM, DER or PKCS#7; it may hold the chain too. Empty if the
 *     certificate is where the key is
 * @param issuers files with further certificates of the chain
 */
public record KeyCertificates(Optional<Path> signer, List<Path> issuers) {

    /**
     * Checks the parts.
     *
     * @param signer file with the certificate of the key
     * @param issuers files with further certificates of the chain
     */
    public KeyCertificates {
        Objects.requireNonNull(signer, "signer");
        issuers = List.copyOf(issuers);
    }
}
