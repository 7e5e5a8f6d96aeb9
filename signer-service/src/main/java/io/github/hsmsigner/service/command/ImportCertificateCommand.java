package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts the certificate of a key on its token. */
@Command(
        name = "import-certificate",
        description = {
            "Puts the certificate of a key on its PKCS#11 token, with the key's label and id.",
            "On CloudHSM this needs certificate storage, which is off by default; a file in SIGNING_CERTIFICATE does as well."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  signer-service import-certificate contracts.pem --label contracts --issuers"})
final class ImportCertificateCommand implements Callable<Integer> {

    @Mixin
    private final SettingsOption settings;

    @Parameters(paramLabel = "FILE", description = "The certificate in PEM, DER or PKCS#7; others may be with it.")
    private Path file;

    @Option(names = "--token", paramLabel = "NAME", description = "Which token of the settings, if there are several.")
    private String token;

    @Mixin
    private final KeyOptions key = new KeyOptions();

    @Option(names = "--issuers", description = "Put the other certificates of the file on the token, too.")
    private boolean issuers;

    @Spec
    private CommandSpec spec;

    ImportCertificateCommand(Map<String, String> environment) {
        this.settings = new SettingsOption(environment);
    }

    @Override
    public Integer call() throws InvalidSettingsException {
        List<X509Certificate> certificates = CertificateFiles.read(file);
        KeySelector selector = key.selector();
        try (Pkcs11Token opened = Pkcs11Token.open(
                SettingsOption.token(settings.read(), token).getValue().pkcs11())) {
            KeyManagement ceremony = opened.keyManagement();
            PublicKey publicKey = opened.signer(selector, SettingsOption.publicKeys(certificates))
                    .publicKey();
            X509Certificate certificate = FixedCertificateProvider.of("the file " + file, certificates, List.of())
                    .certificateChain(publicKey)
                    .signer();
            ceremony.importCertificate(selector, certificate);
            tell(certificate);
            if (issuers) {
                certificates.stream().filter(c -> !c.equals(certificate)).forEach(issuer -> {
                    ceremony.importIssuer(issuer);
                    tell(issuer);
                });
            }
        }
        return ExitCode.DONE;
    }

    private void tell(X509Certificate certificate) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("On the token now: the certificate of "
                + DistinguishedName.ofSubject(certificate).toString() + ", serial "
                + certificate.getSerialNumber().toString(16) + ".");
        out.flush();
    }
}
