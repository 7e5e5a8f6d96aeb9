package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.SettableClock;
import io.github.hsmsigner.testing.TestPki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates that are not valid, and that are replaced while keys are in use. */
class CertificateReplacementTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "content".getBytes(StandardCharsets.UTF_8));
    private static final RequestContext REQUEST =
            RequestContext.builder("request").build();

    @TempDir
    private Path directory;

    private final SettableClock clock = new SettableClock(NOW);
    private final List<AuditEvent> events = new ArrayList<>();
    private Path file;

    @BeforeEach
    void writeFirstCertificate() {
        file = TestPki.writePem(directory.resolve("signer.pem"), certificate("First", -1, 10));
    }

    private static X509Certificate certificate(String name, int beginDay, int endDay) {
        return TestKeys.PKI.certifySigner(
                name,
                TestKeys.KEY_PAIR.getPublic(),
                NOW.plus(Duration.ofDays(beginDay)),
                NOW.plus(Duration.ofDays(endDay)));
    }

    private SigningKey key(String name, Path certificateFile) {
        return SigningKey.open(
                name, TestKeys.SIGNER, FixedCertificateProvider.fromFiles(certificateFile, List.of()), TestKeys.soon());
    }

    private SigningService.Builder service(SigningKey... keys) {
        return SigningService.builder(SigningKeys.of(List.of(keys)), new CmsContainerBuilder())
                .clock(clock)
                .audit(events::add);
    }

    private static String signerOf(byte[] container) throws Exception {
        CMSSignedData signedData = new CMSSignedData(container);
        SignerId signer = signedData.getSignerInfos().iterator().next().getSID();
        return signedData.getCertificates().getMatches(null).stream()
                .filter(certificate -> certificate.getSerialNumber().equals(signer.getSerialNumber()))
                .map(certificate -> certificate.getSubject().toString())
                .findFirst()
                .orElseThrow();
    }

    private static String sign(SigningService service) throws Exception {
        return signerOf(service.signContainer(REQUEST, ContainerRequest.forDigest(ContainerFormat.CMS, DIGEST)));
    }

    @Test
    void theNextContainerHasTheNewCertificate() throws Exception {
        SigningService service = service(key("main", file)).build();
        assertThat(sign(service)).isEqualTo("CN=First");
        assertThat(service.reloadCertificates()).isEmpty();

        X509Certificate second = certificate("Second", -1, 20);
        TestPki.writePem(file, second);
        assertThat(sign(service)).isEqualTo("CN=First");
        assertThat(service.reloadCertificates()).containsExactly("main");
        assertThat(sign(service)).isEqualTo("CN=Second");
        assertThat(service.certificates(REQUEST).signer()).isEqualTo(second);
        assertThat(events.get(events.size() - 1).certificateSerial()).contains(second.getSerialNumber());
    }

    @Test
    void certificatesThatCannotBeUsedLeaveAllKeysAsTheyWere() throws Exception {
        Path otherFile = TestPki.writePem(directory.resolve("other.pem"), certificate("Other", -1, 10));
        SigningService service = service(key("a", file), key("b", otherFile)).build();
        TestPki.writePem(file, certificate("Second", -1, 20));

        String[] unusable = {
            TestPki.pem(TestKeys.PKI.certifySigner(
                    "Of another key", TestPki.rsaKeyPair(2048).getPublic())),
            TestPki.pem(certificate("Expired", -3, -2)),
            "no certificate",
            TestPki.pem(certificate("Cut off", -1, 20)).substring(0, 200)
        };
        for (String document : unusable) {
            Files.writeString(otherFile, document);
            assertThatThrownBy(service::reloadCertificates).isInstanceOf(InvalidConfigurationException.class);
        }
        assertThat(signerOf(service.signContainer(
                        RequestContext.builder("request").keyName("a").build(),
                        ContainerRequest.forDigest(ContainerFormat.CMS, DIGEST))))
                .isEqualTo("CN=First");

        TestPki.writePem(otherFile, certificate("Other too", -1, 20));
        assertThat(service.reloadCertificates()).containsExactly("a", "b");
    }

    @Test
    void aServiceIsNotBuiltWithACertificateThatIsNotValid() {
        SigningKey key = key("main", file);
        clock.advance(Duration.ofDays(11));
        assertThatThrownBy(() -> service(key).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Key \"main\": The certificate of \"CN=First\" expired on 2026-06-11T00:00:00Z.");
        clock.advance(Duration.ofDays(-20));
        assertThatThrownBy(() -> service(key).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Key \"main\": The certificate of \"CN=First\" is not valid before 2026-05-31T00:00:00Z.");
    }

    @Test
    void aKeyStopsToSignWhenItsCertificateExpiresAndGoesOnWithTheNext() throws Exception {
        SigningService service = service(key("main", file)).build();
        clock.advance(Duration.ofDays(11));

        assertThatThrownBy(() -> sign(service)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
            assertThat(e).hasMessageContaining("\"CN=First\" expired on 2026-06-11T00:00:00Z.");
            assertThat(e.retryable()).isFalse();
            assertThat(e.clientMessage()).doesNotContain("CN=First");
        });
        assertThatThrownBy(() -> service.signRaw(REQUEST, DIGEST)).isInstanceOf(SigningUnavailableException.class);
        assertThat(service.certificates(REQUEST)
                        .signer()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=First");

        TestPki.writePem(file, certificate("Second", -1, 20));
        service.reloadCertificates();
        assertThat(sign(service)).isEqualTo("CN=Second");
    }

    /** OpenSSL validates at the signing time. */
    @ParameterizedTest
    @CsvSource({"-2, false", "0, true", "9, true", "11, false"})
    void theSigningTimeOfCadesIsNeverOutsideTheValidityUnlessAnOperatorPermitsIt(int day, boolean valid)
            throws Exception {
        SigningService strict = service(key("main", file)).build();
        SigningService lenient =
                service(key("main", file)).validCertificateRequired(false).build();
        clock.advance(Duration.ofDays(day));
        ContainerRequest request = ContainerRequest.forContent(
                ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, "content".getBytes(StandardCharsets.UTF_8));
        if (valid) {
            assertThat(opensslAcceptsAtItsSigningTime(strict.signContainer(REQUEST, request)))
                    .isTrue();
        } else {
            assertThatThrownBy(() -> strict.signContainer(REQUEST, request))
                    .isInstanceOf(SigningUnavailableException.class);
        }
        assertThat(opensslAcceptsAtItsSigningTime(lenient.signContainer(REQUEST, request)))
                .isEqualTo(valid);
    }

    private boolean opensslAcceptsAtItsSigningTime(byte[] container) throws Exception {
        Instant signingTime = Time.getInstance(new CMSSignedData(container)
                        .getSignerInfos()
                        .iterator()
                        .next()
                        .getSignedAttributes()
                        .get(CMSAttributes.signingTime)
                        .getAttributeValues()[0])
                .getDate()
                .toInstant();
        assertThat(signingTime).isEqualTo(clock.instant());
        ExternalTool.Result verdict = ExternalTool.run(List.of(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                Files.write(directory.resolve("container"), container).toString(),
                "-content",
                Files.writeString(directory.resolve("content"), "content").toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("authorities.pem"), TestKeys.PKI.root(), TestKeys.PKI.intermediate())
                        .toString(),
                "-purpose",
                "any",
                "-attime",
                Long.toString(signingTime.getEpochSecond()),
                "-out",
                "/dev/null"));
        assertThat(verdict.output())
                .containsPattern("CMS Verification successful|certificate has expired|certificate is not yet valid");
        return verdict.exitCode() == 0;
    }

    @Test
    void whereThatIsAllowedThereIsOneWarningForEachCertificate() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            SigningService service =
                    service(key("main", file)).validCertificateRequired(false).build();
            clock.advance(Duration.ofDays(11));
            assertThat(sign(service)).isEqualTo("CN=First");
            assertThat(sign(service)).isEqualTo("CN=First");
            assertThat(log.text()).containsOnlyOnce("\"CN=First\" expired on");

            TestPki.writePem(file, certificate("Second", -1, 2));
            service.reloadCertificates();
            assertThat(sign(service)).isEqualTo("CN=Second");
            assertThat(log.text()).containsOnlyOnce("\"CN=Second\" expired on");
        }
    }
}
