package io.github.hsmsigner.service.command;

import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a certification request for an existing key, for example to renew its certificate. */
@Command(
        name = "request-certificate",
        description =
                "Makes a certification request (CSR) for a key that is on a PKCS#11 token, as to renew its certificate.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  signer-service request-certificate --label contracts \\",
            "      --subject \"CN=Contracts\" --csr renewal.csr"
        })
final class RequestCertificateCommand implements Callable<Integer> {

    @Mixin
    private final SettingsOption settings;

    @Option(names = "--token", paramLabel = "NAME", description = "Which token of the settings, if there are several.")
    private String token;

    @Mixin
    private final KeyOptions key = new KeyOptions();

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
    private Path requestFile;

    @Spec
    private CommandSpec spec;

    RequestCertificateCommand(Map<String, String> environment) {
        this.settings = new SettingsOption(environment);
    }

    @Override
    public Integer call() throws InvalidSettingsException, IOException {
        CertificationRequest request =
                new CertificationRequest(CertificationRequest.subject(subject), new NewFile(requestFile));
        KeySelector selector = key.selector();
        ServiceSettings read = settings.read();
        Map.Entry<String, TokenSettings> of = SettingsOption.token(read, token);
        try (Pkcs11Token opened = Pkcs11Token.open(of.getValue().pkcs11())) {
            List<X509Certificate> certificates = SettingsOption.certificates(read, of.getKey());
            request.write(opened.keyManagement(), opened.signer(selector, SettingsOption.publicKeys(certificates)));
        }
        spec.commandLine().getOut().println("The certification request is in " + requestFile + ".");
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
