package com.example.signing;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.CallerPermissions;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
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
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningDeniedException;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Signs a file and a PDF with a key on a token, measures the signatures, and verifies its audit log. Its caller has a
 * secret, and may not make CMS containers.
 *
 * <p>Arguments: MODULE PIN-FILE KEY-LABEL CERTIFICATE CA-CERTIFICATE FILE SIGNATURE AUDIT-LOG PDF SIGNED-PDF.
 */
public class SignWithToken {

    private static final String SECRET = "secret-of-the-program";

    private static SigningPolicy policy() {
        CallerPermissions permissions = CallerPermissions.builder()
                .formats(Set.of(ContainerFormat.CADES_B_B, ContainerFormat.PADES_B_B))
                .build();
        SharedSecretSettings secrets =
                new SharedSecretSettings(List.of(new SharedSecret("program", Secret.of(SECRET.toCharArray()))));
        return new PolicyFactory(Clock.systemUTC())
                .policy(new AccessSettings(List.of(secrets), Map.of("program", permissions), Optional.empty()));
    }

    private static RequestContext request(String id) {
        return RequestContext.builder(id).signingToken(SigningToken.of(SECRET.getBytes(StandardCharsets.UTF_8))).build();
    }

    private static void requireDenied(SigningService service) {
        try {
            service.signContainer(
                    request("denied"),
                    ContainerRequest.forContent(
                            ContainerFormat.CMS, DigestAlgorithm.SHA256, new ByteArrayInputStream(new byte[1])));
        } catch (SigningDeniedException expected) {
            return;
        }
        throw new IllegalStateException("The policy permits a CMS container.");
    }

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
                            .policy(policy())
                            .audit(audit)
                            .metrics(new MicrometerSignerMetrics(registry))
                            .build();
            requireDenied(service);
            byte[] container = service.signContainer(
                    request("file"),
                    ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, content));
            Files.write(Path.of(args[6]), container);
            PdfSigner.of(service)
                    .sign(request("pdf"), Path.of(args[8]), Path.of(args[9]), PdfSignatureOptions.builder().build());
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
        if (!report.intact() || report.lines() != 5 || signatures != 2 || logins != 1) {
            System.exit(1);
        }
    }
}
