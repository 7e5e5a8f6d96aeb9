package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.esf.SignerLocation;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimestampedContainerTest {

    private static final ContainerRequest REQUEST = ContainerRequest.forDigest(
            ContainerFormat.PADES_B_T, Digest.compute(DigestAlgorithm.SHA384, new byte[] {1}));
    private static final ContainerRequest FILE_REQUEST = ContainerRequest.forDigest(
            ContainerFormat.CADES_B_T, Digest.compute(DigestAlgorithm.SHA384, new byte[] {1}));

    @TempDir
    private Path directory;

    private OpenSslTimestampAuthority authority;

    @BeforeEach
    void start() {
        authority = new OpenSslTimestampAuthority(directory.resolve("tsa"));
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    private CmsContainerBuilder.Builder builder() {
        TimestampAuthority here = TimestampAuthority.builder(authority.uri())
                .trusted(List.of(authority.caCertificate()))
                .build();
        return CmsContainerBuilder.builder()
                .timestamps(Rfc3161TimestampSource.builder(List.of(here)).build());
    }

    private static byte[] sign(CmsContainerBuilder containers) {
        return SigningService.builder(SigningKeys.of(TestKeys.key("main")), containers)
                .build()
                .signContainer(RequestContext.builder("request").build(), REQUEST);
    }

    private static SignerInformation signerInfo(byte[] container) throws Exception {
        return new CMSSignedData(container)
                .getSignerInfos()
                .getSigners()
                .iterator()
                .next();
    }

    @Test
    void opensslAcceptsItsTimestampOverTheSignature() throws Exception {
        byte[] container = sign(builder().build());
        SignerInformation signer = signerInfo(container);
        AttributeTable unsigned = signer.getUnsignedAttributes();
        assertThat(unsigned.size()).isEqualTo(1);
        Attribute attribute = unsigned.get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        byte[] token = attribute.getAttributeValues()[0].toASN1Primitive().getEncoded();
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "ts",
                        "-verify",
                        "-data",
                        Files.write(directory.resolve("signature"), signer.getSignature())
                                .toString(),
                        "-token_in",
                        "-in",
                        Files.write(directory.resolve("token"), token).toString(),
                        "-CAfile",
                        TestPki.writePem(directory.resolve("ca.pem"), authority.caCertificate())
                                .toString()))
                .contains("Verification: OK");
    }

    @Test
    void theSizeEstimateCountsTheLargestTimestamp() {
        CmsContainerBuilder containers = builder().build();
        ContainerParameters parameters = new ContainerParameters(
                ContainerFormat.PADES_B_T, SignatureAlgorithm.RSA_PKCS1_SHA384, TestKeys.chain(), Instant.now());
        int tokenAllowance = 16 * 1024;
        int size = sign(containers).length;
        assertThat(containers.maxSize(parameters, TestKeys.soon())).isBetween(size, size + tokenAllowance + size / 4);
    }

    @Test
    void aTimestampThatCannotBeHadIsAnError() {
        authority.answerStatus(500);
        CmsContainerBuilder containers = builder().build();
        assertThatThrownBy(() -> sign(containers))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("status 500");
    }

    @Test
    void theClientLearnsThatTheTimestampIsMissingAndNotTheKey() {
        authority.answerStatus(500);
        CmsContainerBuilder containers = builder().build();
        assertThatThrownBy(() -> sign(containers))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.clientMessage()).contains("timestamp").doesNotContain("key"));
    }

    @Test
    void orItIsLeftOutWithOneWarningForEachOutage() throws Exception {
        CmsContainerBuilder containers = builder().timestampRequired(false).build();
        try (CapturedLog log = new CapturedLog()) {
            authority.answerStatus(500);
            for (int i = 0; i < 3; i++) {
                assertThat(signerInfo(sign(containers)).getUnsignedAttributes()).isNull();
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("level B-B instead of B-T"))
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("status 500");
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("gave no timestamp"))
                    .as("one line about the authority")
                    .hasSize(1);

            authority.reset();
            assertThat(signerInfo(sign(containers)).getUnsignedAttributes()).isNotNull();
            assertThat(log.text())
                    .contains("answers again, after 3 failed requests")
                    .contains("Containers have timestamps again, level B-T; 3 were made without one.");
        }
    }

    @Test
    void theAuditLogHasTheLevelThatWasMade() {
        List<AuditEvent> events = new ArrayList<>();
        SigningService service = SigningService.builder(
                        SigningKeys.of(TestKeys.key("main")),
                        builder().timestampRequired(false).build())
                .audit(events::add)
                .build();
        for (int status : new int[] {200, 500}) {
            authority.answerStatus(status);
            service.signContainer(RequestContext.builder("request").build(), REQUEST);
            service.signContainer(RequestContext.builder("request").build(), FILE_REQUEST);
        }
        assertThat(events)
                .extracting(AuditEvent::format, AuditEvent::timestampMissing)
                .containsExactly(
                        tuple(Optional.of(ContainerFormat.PADES_B_T), false),
                        tuple(Optional.of(ContainerFormat.CADES_B_T), false),
                        tuple(Optional.of(ContainerFormat.PADES_B_B), true),
                        tuple(Optional.of(ContainerFormat.CADES_B_B), true));
    }

    @Test
    void theHighestLevelDependsOnAnAuthority() {
        assertThat(ContainerFormat.values())
                .extracting(builder().build()::highestLevel)
                .containsExactly(
                        ContainerFormat.CMS,
                        ContainerFormat.PADES_B_T,
                        ContainerFormat.PADES_B_T,
                        ContainerFormat.CADES_B_T,
                        ContainerFormat.CADES_B_T);
        assertThat(ContainerFormat.values())
                .extracting(new CmsContainerBuilder()::highestLevel)
                .containsExactly(
                        ContainerFormat.CMS,
                        ContainerFormat.PADES_B_B,
                        ContainerFormat.PADES_B_B,
                        ContainerFormat.CADES_B_B,
                        ContainerFormat.CADES_B_B);
    }

    @Test
    void withoutAnAuthorityItIsNotOffered() {
        assertThatThrownBy(() -> sign(new CmsContainerBuilder()))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("no timestamp authority is configured");
    }

    @Test
    void furtherSignedAttributesArePutIn() throws Exception {
        Digest policyDocument = Digest.compute(DigestAlgorithm.SHA256, new byte[] {2});
        CmsContainerBuilder containers = builder()
                .signedAttribute(ContainerFormat.PADES_B_T, new CommitmentTypeAttribute("1.2.840.113549.1.9.16.6.5"))
                .signedAttribute(
                        ContainerFormat.PADES_B_T, new SignerLocationAttribute("AT", "Graz", List.of("Inffeldgasse")))
                .signedAttribute(
                        ContainerFormat.PADES_B_T,
                        new SignaturePolicyAttribute(
                                "1.2.3.4", policyDocument, URI.create("https://example.org/policy")))
                .build();
        AttributeTable signed = signerInfo(sign(containers)).getSignedAttributes();
        assertThat(signed.size()).isEqualTo(7);
        assertThat(signed.get(PKCSObjectIdentifiers.id_aa_ets_commitmentType)).isNotNull();
        assertThat(signed.get(PKCSObjectIdentifiers.id_aa_ets_sigPolicyId)).isNotNull();
        SignerLocation location = SignerLocation.getInstance(
                signed.get(PKCSObjectIdentifiers.id_aa_ets_signerLocation).getAttributeValues()[0]);
        assertThat(location.getLocality().getString()).isEqualTo("Graz");
    }
}
