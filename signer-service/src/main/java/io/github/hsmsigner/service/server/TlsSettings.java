package io.github.hsmsigner.service.server;

import io.github.hsmsigner.service.secret.SecretReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * TLS of the callback's listener. Immutable.
 *
 * @param certificates file with the server's certificate and its issuers, in PEM
 * @param privateKey file with the private key, in PEM: PKCS#8, PKCS#1 or SEC 1
 * @param privateKeyPassword password of an encrypted private key; empty if it is not encrypted
 * @param clientCertificates whether clients show a certificate
 * @param clientAuthorities files with the certificates of authorities that clients' certificates are trusted from, in
 *     PEM
 */
public record TlsSettings(
        Path certificates,
        Path privateKey,
        Optional<SecretReference> privateKeyPassword,
        ClientCertificates clientCertificates,
        List<Path> clientAuthorities) {

    /**
     * Checks the parts.
     *
     * @param certificates file with the server's certificate and its issuers, in PEM
     * @param privateKey file with the private key, in PEM
     * @param privateKeyPassword password of an encrypted private key
     * @param clientCertificates whether clients show a certificate
     * @param clientAuthorities files with the certificates of authorities, in PEM
     */
    public TlsSettings {
        Objects.requireNonNull(certificates, "certificates");
        Objects.requireNonNull(privateKey, "privateKey");
        Objects.requireNonNull(privateKeyPassword, "privateKeyPassword");
        Objects.requireNonNull(clientCertificates, "clientCertificates");
        clientAuthorities = List.copyOf(clientAuthorities);
    }

    /**
     * Returns the files that the settings name: when one of them changes, the identity is out of date.
     *
     * @return the files
     */
    public List<Path> files() {
        return Stream.of(
                        Stream.of(certificates, privateKey),
                        privateKeyPassword.flatMap(SecretReference::file).stream(),
                        clientAuthorities.stream())
                .flatMap(files -> files)
                .distinct()
                .toList();
    }
}
