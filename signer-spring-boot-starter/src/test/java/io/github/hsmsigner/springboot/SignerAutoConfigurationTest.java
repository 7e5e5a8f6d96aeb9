package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pdf.PdfSigner;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Each property and each condition, with keys in PKCS#12 files. */
class SignerAutoConfigurationTest {

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    private static Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(SignerAutoConfiguration.class, SignerPdfAutoConfiguration.class));

    private ApplicationContextRunner withKey() {
        return runner.withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"));
    }

    private static CMSSignedData sign(SigningService service) throws Exception {
        return sign(service, service.highestLevel(ContainerFormat.CADES_B_B));
    }

    private static CMSSignedData sign(SigningService service, ContainerFormat format) throws Exception {
        return new CMSSignedData(service.sign(ContainerRequest.forContent(format, DigestAlgorithm.SHA256, CONTENT)));
    }

    @Test
    void withoutKeysThereAreNoBeans() {
        runner.run(context -> assertThat(context)
                .doesNotHaveBean(SigningService.class)
                .doesNotHaveBean(PdfSigner.class)
                .doesNotHaveBean(SignerProperties.class));
    }

    @Test
    void oneKeySigns() {
        withKey().run(context -> {
            assertThat(context).hasSingleBean(SigningService.class).hasSingleBean(PdfSigner.class);
            assertThat(sign(context.getBean(SigningService.class))
                            .getSignerInfos()
                            .size())
                    .isEqualTo(1);
        });
    }

    @Test
    void eachKeyIsABeanWithItsNameAsQualifier() {
        runner.withUserConfiguration(TwoKeys.class)
                .withPropertyValues(
                        "signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"),
                        "signer.keys.legal-2026.uri="
                                + TestKey.file(
                                        directory,
                                        "legal",
                                        TestKey.RSA,
                                        TestKey.PKI.certifySigner("Legal", TestKey.RSA.getPublic())))
                .run(context -> {
                    assertThat(context.getBeanNamesForType(Signer.class))
                            .containsExactlyInAnyOrder("contractsSigner", "legal-2026Signer");
                    TwoKeys.Names injected = context.getBean(TwoKeys.Names.class);
                    assertThat(injected.contracts().publicKey()).isEqualTo(TestKey.EC.getPublic());
                    assertThat(injected.legal().publicKey()).isInstanceOf(RSAPublicKey.class);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoKeys {

        record Names(Signer contracts, Signer legal) {}

        @Bean
        Names names(@Qualifier("contracts") Signer contracts, @Qualifier("legal-2026") Signer legal) {
            return new Names(contracts, legal);
        }
    }

    @Test
    void theBeansOfTheApplicationWin() {
        Signer own = new DeferredSigner(() -> {
            throw new AssertionError("not used");
        });
        ContainerBuilder containers = new CmsContainerBuilder();
        withKey()
                .withBean("contractsSigner", Signer.class, () -> own)
                .withBean(ContainerBuilder.class, () -> containers)
                .run(context -> {
                    assertThat(context.getBean("contractsSigner")).isSameAs(own);
                    assertThat(context.getBean(ContainerBuilder.class)).isSameAs(containers);
                });
        withKey().run(first -> {
            SigningService service = first.getBean(SigningService.class);
            PdfSigner pdf = PdfSigner.of(service);
            withKey()
                    .withBean(SigningService.class, () -> service)
                    .withBean(PdfSigner.class, () -> pdf)
                    .run(context -> {
                        assertThat(context.getBean(SigningService.class)).isSameAs(service);
                        assertThat(context.getBean(PdfSigner.class)).isSameAs(pdf);
                    });
        });
    }

    @Test
    void theStarterWorksWithoutThePdfModule() {
        withKey()
                .withClassLoader(new FilteredClassLoader(PdfSigner.class))
                .run(context ->
                        assertThat(context).hasSingleBean(SigningService.class).doesNotHaveBean("pdfSigner"));
    }

    @Test
    void policyAuditLogMetricsAndCustomizersOfTheApplicationAreUsed() {
        List<AuditEvent> events = new ArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        withKey()
                .withBean(SigningPolicy.class, () -> attempt -> PolicyDecision.deny("closed"))
                .withBean(AuditLog.class, () -> events::add)
                .withBean(SignerMetrics.class, () -> new SignerMetrics() {
                    @Override
                    public void requestEnded(AuditEvent event) {
                        ended.incrementAndGet();
                    }
                })
                .run(context -> {
                    SigningService service = context.getBean(SigningService.class);
                    assertThatThrownBy(() -> sign(service)).isInstanceOf(SigningDeniedException.class);
                    assertThat(events).hasSize(1);
                    assertThat(ended).hasValue(1);
                });
        withKey()
                .withBean(
                        SigningServiceBuilderCustomizer.class,
                        () -> builder -> builder.policy(attempt -> PolicyDecision.deny("customized")))
                .withBean(CmsContainerBuilderCustomizer.class, () -> builder -> builder.mimeType("application/pdf"))
                .run(context -> {
                    SigningService service = context.getBean(SigningService.class);
                    assertThatThrownBy(() -> sign(service)).hasMessage("customized");
                });
    }

    @Test
    void anInvalidCertificateIsRefusedUnlessItIsAllowed() {
        String uri = TestKey.file(directory, "expired", TestKey.EC, TestKey.expired(TestKey.EC));
        runner.withPropertyValues("signer.keys.old.uri=" + uri)
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("expired"));
        runner.withPropertyValues("signer.keys.old.uri=" + uri, "signer.certificate-validity=warn")
                .run(context ->
                        assertThat(sign(context.getBean(SigningService.class))).isNotNull());
    }

    @Test
    void theSchemeOfAnRsaKeyIsThatOfTheProperty() {
        String uri =
                TestKey.file(directory, "rsa", TestKey.RSA, TestKey.PKI.certifySigner("RSA", TestKey.RSA.getPublic()));
        Map<String, String> encryption = Map.of(
                "", PKCSObjectIdentifiers.rsaEncryption.getId(),
                "pkcs1", PKCSObjectIdentifiers.rsaEncryption.getId(),
                "pss", PKCSObjectIdentifiers.id_RSASSA_PSS.getId());
        encryption.forEach((scheme, oid) -> runner.withPropertyValues("signer.keys.rsa.uri=" + uri)
                .withPropertyValues(
                        scheme.isEmpty() ? new String[0] : new String[] {"signer.keys.rsa.rsa-scheme=" + scheme})
                .run(context -> assertThat(sign(context.getBean(SigningService.class))
                                .getSignerInfos()
                                .iterator()
                                .next()
                                .getEncryptionAlgOID())
                        .as(scheme)
                        .isEqualTo(oid)));
    }

    @Test
    void certificatesComeFromTheFilesOfTheProperties() {
        KeyPair key = TestPki.keyPair("EC", 256);
        Path signer =
                TestPki.writePem(directory.resolve("signer.pem"), TestKey.PKI.certifySigner("Other", key.getPublic()));
        Path issuer = TestPki.writePem(directory.resolve("issuer.pem"), TestKey.PKI.intermediate());
        Path file = TestPki.writePkcs12(
                directory.resolve("alone.p12"),
                TestKey.PASSWORD.toCharArray(),
                key,
                List.of(TestKey.PKI.certifySigner("In the file", key.getPublic())));
        String uri = "signer.keys.k.uri=file:" + file + "?password-file="
                + TestKey.write(directory.resolve("password"), TestKey.PASSWORD);
        runner.withPropertyValues(uri)
                .run(context -> assertThat(chain(context.getBean(SigningService.class)))
                        .hasSize(1)
                        .first()
                        .asString()
                        .contains("In the file"));
        runner.withPropertyValues(uri, "signer.keys.k.ca-certificates=" + issuer)
                .run(context -> assertThat(chain(context.getBean(SigningService.class)))
                        .hasSize(2)
                        .first()
                        .asString()
                        .contains("In the file"));
        runner.withPropertyValues(uri, "signer.keys.k.certificate=" + signer, "signer.keys.k.ca-certificates=" + issuer)
                .run(context -> assertThat(chain(context.getBean(SigningService.class)))
                        .hasSize(2)
                        .first()
                        .asString()
                        .contains("Other"));
    }

    private static List<String> chain(SigningService service) {
        return service.certificates(RequestContext.builder("r").build()).certificates().stream()
                .map(certificate -> certificate.getSubjectX500Principal().getName())
                .toList();
    }

    @Test
    void timestampsComeFromTheAuthoritiesOfTheProperties() {
        try (OpenSslTimestampAuthority authority = new OpenSslTimestampAuthority(directory.resolve("tsa"))) {
            Path trusted = TestPki.writePem(directory.resolve("tsa.pem"), authority.caCertificate());
            Path other = TestPki.writePem(directory.resolve("other.pem"), TestKey.PKI.root());
            ApplicationContextRunner stamped =
                    withKey().withPropertyValues("signer.timestamps.addresses[0]=" + authority.uri());
            stamped.withPropertyValues("signer.timestamps.trusted=" + trusted)
                    .run(context -> assertThat(isStamped(context.getBean(SigningService.class)))
                            .isTrue());
            stamped.withPropertyValues("signer.timestamps.trusted=" + other)
                    .run(context -> assertThatThrownBy(() -> sign(context.getBean(SigningService.class)))
                            .isInstanceOf(SigningUnavailableException.class));
            authority.beSlow();
            stamped.withPropertyValues("signer.timestamps.required=false", "signer.timestamps.attempt-limit=100ms")
                    .run(context -> assertThat(isStamped(context.getBean(SigningService.class)))
                            .isFalse());
        }
    }

    private static boolean isStamped(SigningService service) throws Exception {
        return sign(service).getSignerInfos().iterator().next().getUnsignedAttributes() != null;
    }

    @Test
    void anAddressThatIsNoneIsNamed() {
        withKey()
                .withPropertyValues("signer.timestamps.addresses=ftp://tsa.example")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("does not begin with http:// or https://"));
    }

    @Test
    void revocationInformationComesOnlyIfTheApplicationWantsIt() {
        withKey().run(context -> assertThat(context).doesNotHaveBean(RevocationSource.class));
        withKey()
                .withPropertyValues("signer.revocation-info=true")
                .run(context -> assertThat(context).hasSingleBean(RevocationSource.class));
        AtomicInteger asked = new AtomicInteger();
        withKey()
                .withPropertyValues("signer.revocation-info=true")
                .withBean("own", RevocationSource.class, () -> (chain, deadline) -> {
                    asked.incrementAndGet();
                    throw SigningUnavailableException.lasting("no revocation information", null);
                })
                .run(context -> {
                    assertThat(context).hasSingleBean(RevocationSource.class);
                    SigningService service = context.getBean(SigningService.class);
                    assertThatThrownBy(() -> sign(service, ContainerFormat.CMS))
                            .hasMessage("no revocation information");
                    assertThat(asked).hasValue(1);
                });
    }
}
