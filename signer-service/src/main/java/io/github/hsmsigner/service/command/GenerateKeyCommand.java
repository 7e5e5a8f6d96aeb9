package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.KeyPairType;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Generates a key pair on a token, with a certification request. */
@Command(
        name = "generate-key",
        description = {
            "Generates a key pair on a PKCS#11 token, and a certification request (CSR) for it.",
            "The private key cannot leave the token and does nothing but sign."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  signer-service generate-key --label contracts --id 01 --type rsa-3072 \\",
            "      --subject \"CN=Contracts,O=Example\" --csr contracts.csr"
        })
final class GenerateKeyCommand implements Callable<Integer> {

    @Mixin
    private final SettingsOption settings;

    @Option(names = "--token", paramLabel = "NAME", description = "Which token of the settings, if there are several.")
    private String token;

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
            completionCandidates = KeyTypeName.Names.class,
            converter = KeyTypeName.class)
    private KeyPairType type;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            description = "The name to be certified, such as \"CN=Contracts,O=Example\".")
    private String subject;

    @Option(names = "--csr", paramLabel = "FILE", description = "The file for the certification request, in PEM.")
    private Path requestFile;

    @Spec
    private CommandSpec spec;

    GenerateKeyCommand(Map<String, String> environment) {
        this.settings = new SettingsOption(environment);
    }

    @Override
    public Integer call() throws InvalidSettingsException, IOException {
        byte[] octets = KeyOptions.octets(id);
        Optional<CertificationRequest> request = request();
        PrintWriter out = spec.commandLine().getOut();
        try (Pkcs11Token opened = Pkcs11Token.open(
                SettingsOption.token(settings.read(), token).getValue().pkcs11())) {
            KeyManagement ceremony = opened.keyManagement();
            PublicKey publicKey = ceremony.generateKeyPair(type, label, octets);
            out.println("Generated the key \"" + label + "\", id " + id + ", " + KeyTypeName.of(type) + ".");
            out.print(PublicKeyText.pem(publicKey));
            if (request.isPresent()) {
                KeySelector key = KeySelector.of(label, octets);
                request.get().write(ceremony, opened.signer(key));
                out.println("The certification request is in " + requestFile + ".");
            }
        }
        out.flush();
        return ExitCode.DONE;
    }

    private Optional<CertificationRequest> request() {
        if (subject == null && requestFile == null) {
            return Optional.empty();
        }
        if (subject == null || requestFile == null) {
            throw new InvalidConfigurationException(
                    "A certification request needs both --subject and --csr; without one, leave out both.");
        }
        return Optional.of(new CertificationRequest(CertificationRequest.subject(subject), new NewFile(requestFile)));
    }
}
