package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.UnknownKeyException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The short form for one key: {@link SigningService#of} and {@link SigningService#sign}. */
class OneKeyServiceTest {

    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = TestKey.class,
            names = {"RSA_2048", "P_256", "P_521"})
    void signsEveryKindOfContainer(TestKey key) throws IOException {
        SigningService service = SigningService.of(key.signer(), key.signer());
        DigestAlgorithm hash = key == TestKey.P_521 ? DigestAlgorithm.SHA512 : DigestAlgorithm.SHA256;
        for (ContainerFormat format :
                List.of(ContainerFormat.CMS, ContainerFormat.PADES_B_B, ContainerFormat.CADES_B_B)) {
            verify(service.sign(ContainerRequest.forContent(format, hash, CONTENT)));
            verify(service.sign(ContainerRequest.forContent(format, hash, new ByteArrayInputStream(CONTENT))));
            verify(service.sign(ContainerRequest.forDigest(format, Digest.compute(hash, CONTENT))));
        }
    }

    private void verify(byte[] container) throws IOException {
        Path content = Files.write(directory.resolve("content"), CONTENT);
        Path signature = Files.write(directory.resolve("signature"), container);
        Path root = TestPki.writePem(directory.resolve("root.pem"), TestKey.PKI.root());
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                signature.toString(),
                "-content",
                content.toString(),
                "-CAfile",
                root.toString(),
                "-purpose",
                "any",
                "-out",
                directory.resolve("verified").toString());
    }

    @Test
    void aCertificateOfAnotherKeyIsRefused() {
        CertificateProvider other = publicKey -> TestKey.RSA_3072.chain();
        assertThatThrownBy(() -> SigningService.of(TestKeys.SIGNER, other))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("does not belong to the key \"default\"");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        Instant now = Instant.now();
        CertificateProvider expired = FixedCertificateProvider.of(
                "memory",
                List.of(TestKeys.PKI.certifySigner(
                        "Expired",
                        TestKeys.KEY_PAIR.getPublic(),
                        now.minus(2, ChronoUnit.DAYS),
                        now.minus(1, ChronoUnit.DAYS))),
                List.of());
        assertThatThrownBy(() -> SigningService.of(TestKeys.SIGNER, expired))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void eachRequestHasItsOwnIdAndTheDefaultDeadline() {
        List<AuditEvent> events = new ArrayList<>();
        List<Deadline> deadlines = new ArrayList<>();
        SigningService service = SigningService.builder(SigningKeys.of(TestKeys.key("main")), new CmsContainerBuilder())
                .audit(events::add)
                .policy(attempt -> {
                    deadlines.add(attempt.context().deadline());
                    return PolicyDecision.allow("caller");
                })
                .build();
        for (int i = 0; i < 3; i++) {
            service.sign(ContainerRequest.forContent(ContainerFormat.CMS, DigestAlgorithm.SHA256, CONTENT));
        }
        assertThat(events)
                .extracting(AuditEvent::requestId)
                .doesNotHaveDuplicates()
                .hasSize(3);
        assertThat(deadlines).hasSize(3).noneMatch(Deadline::hasPassed);
    }

    @Test
    void severalKeysNeedARequestContext() {
        SigningService service = SigningService.builder(
                        SigningKeys.of(List.of(TestKeys.key("one"), TestKeys.key("two"))), new CmsContainerBuilder())
                .build();
        ContainerRequest request = ContainerRequest.forContent(ContainerFormat.CMS, DigestAlgorithm.SHA256, CONTENT);
        assertThatThrownBy(() -> service.sign(request))
                .isInstanceOf(UnknownKeyException.class)
                .hasMessageContaining("one")
                .hasMessageContaining("two");
    }
}
