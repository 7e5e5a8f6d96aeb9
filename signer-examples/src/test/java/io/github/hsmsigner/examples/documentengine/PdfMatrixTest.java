package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.ContainerCase;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PDFs with containers of every format for PDFs, by every key and algorithm, before EU DSS and pdfsig. */
@TestInstance(Lifecycle.PER_CLASS)
class PdfMatrixTest {

    private static final String CASES = "io.github.hsmsigner.core.ContainerCase#inPdfs";
    private static final byte[] DOCUMENT = SamplePdf.plain();

    private final Map<ContainerCase, SignedPdf> made = new ConcurrentHashMap<>();
    private OpenSslTimestampAuthority authority;
    private SigningService service;
    private Dss dss;
    private Path directory;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        authority = new OpenSslTimestampAuthority(temporary.resolve("tsa"));
        TimestampAuthority here = TimestampAuthority.builder(authority.uri()).build();
        service = SigningService.builder(
                        SigningKeys.of(keys()),
                        CmsContainerBuilder.builder()
                                .timestamps(Rfc3161TimestampSource.builder(List.of(here))
                                        .build())
                                .build())
                .build();
        dss = new Dss(TestKeys.PKI.root(), authority.caCertificate());
    }

    @AfterAll
    void stop() {
        authority.close();
    }

    private static List<SigningKey> keys() {
        return ContainerCase.inPdfs()
                .map(wanted -> Map.entry(wanted.key(), wanted.algorithm().scheme()))
                .distinct()
                .map(key -> SigningKey.open(
                        keyName(key.getKey(), key.getValue()),
                        key.getKey().signer(),
                        key.getValue(),
                        key.getKey().signer(),
                        TestKeys.soon()))
                .toList();
    }

    private static String keyName(TestKey key, SignatureScheme scheme) {
        return key + " " + scheme;
    }

    private SignedPdf signed(ContainerCase wanted) {
        return made.computeIfAbsent(wanted, this::sign);
    }

    private SignedPdf sign(ContainerCase wanted) {
        RequestContext request = RequestContext.builder(wanted.toString())
                .keyName(keyName(wanted.key(), wanted.algorithm().scheme()))
                .build();
        DigestAlgorithm digest = wanted.algorithm().digestAlgorithm();
        int room = service.maxContainerSize(request, wanted.format(), digest);
        SignOptions options = SignOptions.parse(
                """
                {"signatureType":"%s","estimatedSize":%d}
                """.formatted(type(wanted.format()).spelling(), room), HashAlgorithm.SHA512, CadesLevel.B_B);
        return new SignedPdf(new PdfSignature(options, AppearanceImages.none())
                .addTo(
                        DOCUMENT,
                        contents -> service.signContainer(
                                request,
                                ContainerRequest.forContent(
                                        wanted.format(), digest, new ByteArrayInputStream(contents)))));
    }

    private static SignatureType type(ContainerFormat format) {
        return format == ContainerFormat.CMS ? SignatureType.CMS : SignatureType.CADES;
    }

    private static SignatureLevel level(ContainerFormat format) {
        return switch (format) {
            case CMS -> SignatureLevel.PKCS7_B;
            case PADES_B_B -> SignatureLevel.PAdES_BASELINE_B;
            case PADES_B_T -> SignatureLevel.PAdES_BASELINE_T;
            // ETSI EN 319 142-1, section 6.3: no baseline level has a signing-time attribute.
            case CADES_B_B, CADES_B_T -> SignatureLevel.PAdES_BES;
        };
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void dssFindsAValidSignatureOfItsLevel(ContainerCase wanted) {
        int timestamps = wanted.format().hasTimestamp() ? 1 : 0;
        assertThat(dss.verdicts(signed(wanted)))
                .containsExactly(new Dss.Verdict(level(wanted.format()), true, true, true, timestamps));
    }

    @Test
    void dssFindsThatCadesForFilesIsNoBaselineSignatureOfAPdf() {
        ContainerCase wanted =
                new ContainerCase(ContainerFormat.CADES_B_B, TestKey.RSA_2048, SignatureAlgorithm.RSA_PKCS1_SHA256);
        assertThat(dss.verdicts(signed(wanted)))
                .containsExactly(new Dss.Verdict(level(wanted.format()), true, true, true, 0));
    }

    /**
     * All but Ed25519: NSS 3.87, which poppler verifies with, knows that curve for key agreement and not for signatures, and
     * {@code pdfsig} then says "Document isn't signed or corrupted data".
     */
    static Stream<ContainerCase> casesOfPdfsig() {
        return ContainerCase.inPdfs().filter(wanted -> wanted.algorithm() != SignatureAlgorithm.ED25519);
    }

    @ParameterizedTest
    @MethodSource("casesOfPdfsig")
    void pdfsigFindsAValidSignature(ContainerCase wanted) {
        assertThat(Pdfsig.verdicts(directory, signed(wanted))).containsExactly(new Pdfsig.Verdict(true, true));
    }
}
