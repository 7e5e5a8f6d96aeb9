package io.github.hsmsigner.service.server;

import io.github.hsmsigner.access.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TLS of the callback's listener. Immutable.
 *
 * @param certificates file with the server's certificate and its issuers, in PEM
 * @param privateKey file with the private key, in PEM: PKCS#8, PKCS#1 or SEC 1
 * @param privateKeyPassword password of an encrypted private key; empty if it is not encrypted
 * @param clientAuthorities files with the certificates of authorities that clients' certificates are trusted from, in
 *     PEM
 */
public record TlsSettings(
        Path certificates,
        Path privateKey,
        Optional<Secret> privateKeyPassword,
        ClientCertificates clientCertificates,
        List<Path> clientAuthorities) {

    /** {@return the files that the settings name; if one of them changes, TLS must be reloaded} */
    public List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(certificates, privateKey));
        privateKeyPassword.flatMap(Secret::file).ifPresent(files::add);
        files.addAll(clientAuthorities);
        return files.stream().distinct().toList();
    }

    /** Whether clients show a certificate in TLS. */
    public enum ClientCertificates {
        /** They are not asked for one. */
        NONE,
        /** They are asked for one, and may have none; one that is shown must be trusted. */
        OPTIONAL,
        /** They must have one that is trusted. */
        REQUIRED
    }
}
