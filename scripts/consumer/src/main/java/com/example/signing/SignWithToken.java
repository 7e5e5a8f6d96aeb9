package com.example.signing;

import io.github.hsmsigner.audit.AuditAnchor;
import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.audit.AuditReport;
import io.github.hsmsigner.audit.AuditVerifier;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.micrometer.MicrometerPkcs11Listener;
import io.github.hsmsigner.micrometer.MicrometerSignerMetrics;
import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Signs a file and a PDF with a key on a token, measures the signatures, and verifies its audit log.
 *
 * <p>Arguments: MODULE PIN-FILE KEY-LABEL CERTIFICATE CA-CERTIFICATE FILE SIGNATURE AUDIT-LOG PDF SIGNED-PDF.
 */
public class SignWithToken {

    public static void main(String[] args) throws IOException {
        MeterRegistry registry = new SimpleMeterRegistry();
        MicrometerPkcs11Listener listener = new MicrometerPkcs11Listener(registry, "token");
        Pkcs11Config config = Pkcs11Config.builder(Path.of(args[0]))
                .pin(PinSource.file(Path.of(args[1])))
                .listener(listener)
                .build();
        Path log = Path.of(args[7]);
        try (Pkcs11Token token = Pkcs11Token.open(config);
                AuditFile audit = AuditFile.open(AuditFileSettings.of(log));
                InputStream content = Files.newInputStream(Path.of(args[5]))) {
            listener.monitor(token);
            SigningKey key = SigningKey.open(
                    "consumer",
                    token.signer(KeySelector.byLabel(args[2])),
                    FixedCertificateProvider.fromFiles(Path.of(args[3]), List.of(Path.of(args[4]))),
                    Deadline.after(Duration.ofSeconds(10)));
            SigningService service =
                    SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                            .audit(audit)
                            .metrics(new MicrometerSignerMetrics(registry))
                            .build();
            byte[] container = service.signContainer(
                    RequestContext.builder("consumer").build(),
                    ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, content));
            Files.write(Path.of(args[6]), container);
            PdfSigner.of(service)
                    .sign(Path.of(args[8]), Path.of(args[9]), PdfSignatureOptions.builder().build());
        }
        long signatures = registry.get("signer.signature.duration")
                .tag("key", "consumer")
                .timer()
                .count();
        double logins = registry.get("signer.logins")
                .tags("token", "token", "result", "ok")
                .counter()
                .count();
        System.out.println("Signatures: " + signatures + ", logins: " + logins);
        AuditReport report = AuditVerifier.verify(AuditVerifier.series(log), AuditAnchor.START);
        System.out.print(report.text());
        if (!report.intact() || report.lines() != 4 || signatures != 2 || logins != 1) {
            System.exit(1);
        }
    }
}
