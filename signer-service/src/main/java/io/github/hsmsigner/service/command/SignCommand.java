package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.lifecycle.CannotStartException;
import io.github.hsmsigner.service.lifecycle.CommandSigningService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Signs a file. */
@Command(
        name = "sign",
        description = {
            "Signs a file of any length: makes a detached CMS, PAdES or CAdES container (.p7s) in DER.",
            "Policies do not count, as who may run this has the PIN. The audit log, if one is set, records it; while the"
                    + " service writes that log, name another one in SIGNING_AUDIT_FILE."
        },
        footer = {
            "  signer-service sign contract.pdf",
            "  signer-service sign contract.pdf --format cades --digest sha512 \\",
            "      --key contracts -o contract.p7s",
            "  openssl cms -verify -binary -inform DER -in contract.pdf.p7s \\",
            "      -content contract.pdf -CAfile ca.pem -purpose any -out /dev/null"
        })
final class SignCommand extends SettingsCommand {

    /** The kinds of container. Document Engine calls PAdES cades. */
    enum Format {
        cms(ContainerFormat.CMS),
        pades(ContainerFormat.PADES_B_B),
        cades(ContainerFormat.CADES_B_B);

        private final ContainerFormat container;

        Format(ContainerFormat container) {
            this.container = container;
        }
    }

    /** The digest algorithms, as Document Engine names them. */
    enum DigestName {
        sha256,
        sha384,
        sha512
    }

    @Parameters(paramLabel = "FILE", description = "The file to sign.")
    private Path file;

    @Option(names = "--key", paramLabel = "NAME", description = "Which key of the settings, if there are several.")
    private String key;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "cms",
            description = "One of: ${COMPLETION-CANDIDATES}. pades is for the signature field of a PDF, cades for"
                    + " files of any type. Both have a timestamp if authorities are set. Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--digest",
            paramLabel = "DIGEST",
            defaultValue = "sha256",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private DigestName digest;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The file for the container. Default: the name of the signed file, followed by .p7s.")
    private Path output;

    @Override
    public Integer call() throws InvalidSettingsException, CannotStartException, IOException, InterruptedException {
        if (Files.isDirectory(file)) {
            throw new ParameterException(commandLine(), file + " is a directory. Name a file.");
        }
        NewFile target = new NewFile(output == null ? Path.of(file + ".p7s") : output);
        ServiceSettings settings = settings();
        try (InputStream content = Files.newInputStream(file);
                CommandSigningService signing = CommandSigningService.open(settings)) {
            RequestContext.Builder context = RequestContext.builder(
                            UUID.randomUUID().toString())
                    .deadline(Deadline.after(settings.signatures().deadline()));
            if (key != null) {
                context.keyName(key);
            }
            SigningService service = signing.service();
            ContainerFormat container = service.highestLevel(format.container);
            target.write(service.signContainer(
                    context.build(),
                    ContainerRequest.forContent(container, DigestAlgorithm.fromName(digest.name()), content)));
        }
        print("Signed " + file + ": " + target.path() + ".");
        return ExitCode.OK;
    }
}
