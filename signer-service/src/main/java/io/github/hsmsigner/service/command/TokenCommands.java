package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.KeyPairType;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The commands that manage the keys on a token of the settings. */
abstract class TokenCommands extends SettingsCommand {

    /** The options that select a key on the token. */
    static final class KeyOptions {

        @Option(names = "--label", paramLabel = "LABEL", description = "CKA_LABEL of the key.")
        private String label;

        @Option(names = "--id", paramLabel = "HEX", description = "CKA_ID of the key, in hexadecimal.")
        private String id;

        KeySelector selector() {
            return KeySelector.of(label, id == null ? null : parseId(id));
        }
    }

    /** The options for a certification request. */
    static final class RequestOptions {

        @Option(
                names = "--subject",
                paramLabel = "NAME",
                required = true,
                description = "The name to be certified, such as \"CN=Contracts,O=Example\".")
        private String subject;

        @Option(
                names = "--csr",
                paramLabel = "FILE",
                required = true,
                description = "The file for the certification request, in PEM.")
        private Path file;

        CertificationRequest request() {
            return CertificationRequest.of(subject, file);
        }
    }

    @Option(names = "--token", paramLabel = "NAME", description = "Which token of the settings, if there are several.")
    private String token;

    final String tokenName(ServiceSettings settings) {
        return token(settings, token).getKey();
    }

    final Pkcs11Token openToken(ServiceSettings settings) {
        return Pkcs11Token.open(token(settings, token).getValue().pkcs11());
    }

    static byte[] parseId(String hexadecimal) {
        try {
            return HexFormat.of().parseHex(hexadecimal);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The id of a key must be hexadecimal, with an even number of digits, such as 0a1b.", e);
        }
    }

    /**
     * Returns the certificates that files of the settings hold for keys on a token: the token itself may not show which
     * key is which.
     */
    static List<X509Certificate> certificates(ServiceSettings settings, String tokenName) {
        return settings.keys().values().stream()
                .filter(key -> key.tokens().contains(tokenName))
                .flatMap(key -> key.certificates().signer().stream())
                .flatMap(file -> CertificateFiles.read(file).stream())
                .distinct()
                .toList();
    }

    static List<PublicKey> publicKeys(List<X509Certificate> certificates) {
        return certificates.stream().map(X509Certificate::getPublicKey).toList();
    }

    /** Generates a key pair on a token, with a certification request. */
    @Command(
            name = "generate-key",
            description = {
                "Generates a key pair on a PKCS#11 token, and a certification request (CSR) for it.",
                "The private key cannot leave the token and does nothing but sign."
            },
            footer = {
                "  signer-service generate-key --label contracts --id 01 --type rsa-3072 \\",
                "      --subject \"CN=Contracts,O=Example\" --csr contracts.csr"
            })
    static final class GenerateKey extends TokenCommands {

        @Option(names = "--label", paramLabel = "LABEL", required = true, description = "CKA_LABEL of the new key.")
        private String label;

        @Option(
                names = "--id",
                paramLabel = "HEX",
                required = true,
                description = "CKA_ID of the new key, in hexadecimal; no other key of the token may have it.")
        private String id;

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                defaultValue = "rsa-3072",
                description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.",
                completionCandidates = Types.class,
                converter = Types.class)
        private KeyPairType type;

        @ArgGroup(exclusive = false)
        private RequestOptions requested;

        @Override
        public Integer call() throws InvalidSettingsException, IOException {
            byte[] parsedId = parseId(id);
            Optional<CertificationRequest> request =
                    Optional.ofNullable(requested).map(RequestOptions::request);
            try (Pkcs11Token token = openToken(settings())) {
                KeyManagement keyManagement = token.keyManagement();
                PublicKey publicKey = keyManagement.generateKeyPair(type, label, parsedId);
                print("Generated the key \"" + label + "\", id " + id + ", " + name(type) + ".");
                print(CertificationRequest.pem("PUBLIC KEY", publicKey.getEncoded())
                        .stripTrailing());
                if (request.isPresent()) {
                    print(request.get().write(keyManagement, token.signer(KeySelector.of(label, parsedId))));
                }
            }
            return ExitCode.OK;
        }

        private static String name(KeyPairType type) {
            return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The types as the command line has them, such as {@code rsa-3072}: for the help, shells and the option. */
        static final class Types implements Iterable<String>, ITypeConverter<KeyPairType> {

            @Override
            public Iterator<String> iterator() {
                return Arrays.stream(KeyPairType.values())
                        .map(GenerateKey::name)
                        .iterator();
            }

            @Override
            public KeyPairType convert(String name) {
                return Arrays.stream(KeyPairType.values())
                        .filter(type -> name(type).equalsIgnoreCase(name))
                        .findFirst()
                        .orElseThrow(
                                () -> new TypeConversionException("must be one of " + String.join(", ", this) + "."));
            }
        }
    }

    /** Makes a certification request for an existing key, for example to renew its certificate. */
    @Command(
            name = "request-certificate",
            description =
                    "Makes a certification request (CSR) for a key that is on a PKCS#11 token, as to renew its certificate.",
            footer = {
                "  signer-service request-certificate --label contracts \\",
                "      --subject \"CN=Contracts\" --csr renewal.csr"
            })
    static final class RequestCertificate extends TokenCommands {

        @Mixin
        private final KeyOptions key = new KeyOptions();

        @Mixin
        private final RequestOptions requested = new RequestOptions();

        @Override
        public Integer call() throws InvalidSettingsException, IOException {
            CertificationRequest request = requested.request();
            KeySelector selector = key.selector();
            ServiceSettings settings = settings();
            try (Pkcs11Token token = openToken(settings)) {
                List<X509Certificate> certificates = certificates(settings, tokenName(settings));
                print(request.write(token.keyManagement(), token.signer(selector, publicKeys(certificates))));
            }
            return ExitCode.OK;
        }
    }

    /** Puts the certificate of a key on its token. */
    @Command(
            name = "import-certificate",
            description = {
                "Puts the certificate of a key on its PKCS#11 token, with the key's label and id.",
                "On CloudHSM this needs certificate storage, which is off by default; a file in SIGNING_CERTIFICATE does as well."
            },
            footer = "  signer-service import-certificate contracts.pem --label contracts --issuers")
    static final class ImportCertificate extends TokenCommands {

        @Parameters(paramLabel = "FILE", description = "The certificate in PEM, DER or PKCS#7; others may be with it.")
        private Path file;

        @Mixin
        private final KeyOptions key = new KeyOptions();

        @Option(names = "--issuers", description = "Put the other certificates of the file on the token, too.")
        private boolean issuers;

        @Override
        public Integer call() throws InvalidSettingsException {
            List<X509Certificate> certificates = CertificateFiles.read(file);
            KeySelector selector = key.selector();
            try (Pkcs11Token token = openToken(settings())) {
                KeyManagement keyManagement = token.keyManagement();
                PublicKey publicKey =
                        token.signer(selector, publicKeys(certificates)).publicKey();
                X509Certificate certificate = FixedCertificateProvider.of("the file " + file, certificates, List.of())
                        .certificateChain(publicKey)
                        .signer();
                keyManagement.importCertificate(selector, certificate);
                report(certificate);
                if (issuers) {
                    certificates.stream()
                            .filter(other -> !other.equals(certificate))
                            .forEach(issuer -> {
                                keyManagement.importIssuer(issuer);
                                report(issuer);
                            });
                }
            }
            return ExitCode.OK;
        }

        private void report(X509Certificate certificate) {
            print("On the token now: the certificate of " + DistinguishedName.ofSubject(certificate) + ", serial "
                    + certificate.getSerialNumber().toString(16) + ".");
        }
    }
}
