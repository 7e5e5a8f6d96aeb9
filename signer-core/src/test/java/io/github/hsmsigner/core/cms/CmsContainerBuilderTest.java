package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.Test;

class CmsContainerBuilderTest {

    private final CmsContainerBuilder builder = new CmsContainerBuilder();

    private static ContainerParameters parameters(SignatureAlgorithm algorithm) {
        return new ContainerParameters(ContainerFormat.CMS, algorithm, TestKeys.chain(), Instant.now());
    }

    @Test
    void aContainerIsDetachedAndHoldsTheWholeChain() throws Exception {
        SignatureAlgorithm algorithm = SignatureAlgorithm.RSA_PKCS1_SHA256;
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        PreparedContainer prepared = builder.prepare(parameters(algorithm), digest, TestKeys.soon());
        byte[] signature = TestKey.RSA_2048.signer().signMessage(algorithm, prepared.dataToBeSigned(), TestKeys.soon());
        CMSSignedData signedData =
                new CMSSignedData(prepared.complete(signature, TestKeys.soon()).octets());
        assertThat(signedData.getSignedContent()).isNull();
        List<byte[]> certificates = new ArrayList<>();
        for (X509CertificateHolder certificate : signedData.getCertificates().getMatches(null)) {
            certificates.add(certificate.getEncoded());
        }
        List<byte[]> chain = new ArrayList<>();
        for (X509Certificate certificate : TestKeys.chain().certificates()) {
            chain.add(certificate.getEncoded());
        }
        assertThat(certificates).containsExactlyInAnyOrderElementsOf(chain);
    }

    @Test
    void refusesADigestOfAnotherAlgorithm() {
        ContainerParameters parameters = parameters(SignatureAlgorithm.RSA_PKCS1_SHA512);
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        Deadline deadline = TestKeys.soon();
        assertThatThrownBy(() -> builder.prepare(parameters, digest, deadline))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The content must be hashed with SHA-512, not SHA-256");
    }
}
