package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.ContainerCase;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** EU DSS validates CAdES containers of files, by every algorithm. OpenSSL does in ContainerMatrixTest. */
@TestInstance(Lifecycle.PER_CLASS)
class FileMatrixTest {

    private static final byte[] FILE = "a file of any type".getBytes(StandardCharsets.UTF_8);

    private OpenSslTimestampAuthority authority;
    private CmsContainerBuilder containers;
    private Dss dss;

    @BeforeAll
    void start(@TempDir Path temporary) {
        authority = new OpenSslTimestampAuthority(temporary.resolve("tsa"));
        TimestampAuthority here = TimestampAuthority.builder(authority.uri()).build();
        containers = CmsContainerBuilder.builder()
                .timestamps(Rfc3161TimestampSource.builder(List.of(here)).build())
                .mimeType("text/plain; charset=utf-8")
                .build();
        dss = new Dss(TestKeys.PKI.root(), authority.caCertificate());
    }

    @AfterAll
    void stop() {
        authority.close();
    }

    private byte[] container(ContainerCase wanted) {
        SignatureAlgorithm algorithm = wanted.algorithm();
        ContainerParameters parameters =
                new ContainerParameters(wanted.format(), algorithm, wanted.key().chain(), Instant.now());
        PreparedContainer prepared =
                containers.prepare(parameters, Digest.compute(algorithm.digestAlgorithm(), FILE), TestKeys.soon());
        byte[] signature = wanted.key().signer().signMessage(algorithm, prepared.dataToBeSigned(), TestKeys.soon());
        return prepared.complete(signature, TestKeys.soon()).octets();
    }

    @ParameterizedTest
    @MethodSource("io.github.hsmsigner.core.ContainerCase#inFiles")
    void dssFindsAValidSignatureOfItsLevel(ContainerCase wanted) {
        boolean timestamp = wanted.format().hasTimestamp();
        assertThat(dss.verdicts(container(wanted), FILE))
                .containsExactly(new Dss.Verdict(
                        timestamp ? SignatureLevel.CAdES_BASELINE_T : SignatureLevel.CAdES_BASELINE_B,
                        true,
                        true,
                        true,
                        timestamp ? 1 : 0));
    }

    @Test
    void dssRefusesAnotherFile() {
        byte[] other = "another file".getBytes(StandardCharsets.UTF_8);
        assertThat(dss.verdicts(container(caseOf(ContainerFormat.CADES_B_B)), other))
                .singleElement()
                .matches(verdict -> !verdict.valid());
    }

    @Test
    void dssFindsThatPadesIsNoBaselineSignatureOfAFile() {
        assertThat(dss.verdicts(container(caseOf(ContainerFormat.PADES_B_B)), FILE))
                .containsExactly(new Dss.Verdict(SignatureLevel.CAdES_BES, true, true, true, 0));
    }

    private static ContainerCase caseOf(ContainerFormat format) {
        return new ContainerCase(format, TestKey.P_256, SignatureAlgorithm.ECDSA_SHA256);
    }
}
