package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.secret.SecretReference;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsSettings.ClientCertificates;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The settings of TLS. */
final class TlsReader {

    private static final Setting<Path> CERTIFICATE = Setting.of(
                    "certificate",
                    ValueType.file(),
                    "PEM file with the server's certificate and its issuers. It enables TLS")
            .variable("SIGNING_SERVICE_TLS_CERTIFICATE");
    private static final Setting<Path> PRIVATE_KEY = Setting.of(
                    "private-key", ValueType.file(), "PEM file with the private key: PKCS#8, PKCS#1 or SEC 1")
            .variable("SIGNING_SERVICE_TLS_PRIVATE_KEY");
    private static final Setting<SecretReference> PRIVATE_KEY_PASSWORD = Setting.of(
                    "private-key-password", new Shape.OfSecret(), "password of the private key, if it is encrypted")
            .variable("SIGNING_SERVICE_TLS_PRIVATE_KEY_PASSWORD");
    private static final Setting<ClientCertificates> CLIENT_CERTIFICATES = Setting.of(
                    "client-certificates",
                    ValueType.oneOf(ClientCertificates.class),
                    "whether the service requests or requires a client certificate. A certificate that a client"
                            + " sends must always be trusted")
            .byDefault("none")
            .variable("SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES");
    private static final Setting<List<Path>> CLIENT_AUTHORITIES = Setting.of(
                    "client-authorities",
                    new Shape.Several<>(ValueType.file(), Shape.Several.COLON),
                    "PEM files with the trusted authorities of client certificates")
            .variable("SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES");

    static final Section SECTION =
            Section.of(CERTIFICATE, PRIVATE_KEY, PRIVATE_KEY_PASSWORD, CLIENT_CERTIFICATES, CLIENT_AUTHORITIES);

    private TlsReader() {}

    static Optional<TlsSettings> read(SectionValues values) {
        if (!values.isAnythingSet()) {
            return Optional.empty();
        }
        Optional<Path> certificate = values.require(CERTIFICATE);
        Optional<Path> privateKey = values.require(PRIVATE_KEY);
        ClientCertificates clients = values.or(CLIENT_CERTIFICATES);
        if (clients == ClientCertificates.NONE && values.isSet(CLIENT_AUTHORITIES)) {
            values.problems()
                    .add(
                            values.where(CLIENT_AUTHORITIES),
                            "counts only if " + values.where(CLIENT_CERTIFICATES) + " is optional or required");
        } else if (clients != ClientCertificates.NONE) {
            values.require(CLIENT_AUTHORITIES);
        }
        return certificate.flatMap(file -> privateKey.map(key -> new TlsSettings(
                file,
                key,
                values.get(PRIVATE_KEY_PASSWORD),
                clients,
                values.get(CLIENT_AUTHORITIES).orElse(List.of()))));
    }
}
