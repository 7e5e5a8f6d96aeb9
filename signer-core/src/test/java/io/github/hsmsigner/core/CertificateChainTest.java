package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.TestPki;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateChainTest {

    private static final TestPki PKI = TestKeys.PKI;
    private static final X509Certificate SIGNER = TestKeys.chain().signer();

    @Test
    void orderOfTheCandidatesDoesNotMatter() {
        for (List<X509Certificate> candidates : List.of(
                List.of(PKI.intermediate(), PKI.root()),
                List.of(PKI.root(), PKI.intermediate()),
                List.of(PKI.root(), SIGNER, PKI.intermediate(), SIGNER))) {
            CertificateChain chain = CertificateChain.of(SIGNER, candidates);
            assertThat(chain.certificates()).containsExactly(SIGNER, PKI.intermediate(), PKI.root());
            assertThat(chain.signer()).isEqualTo(SIGNER);
            assertThat(chain.issuers()).containsExactly(PKI.intermediate(), PKI.root());
        }
    }

    @Test
    void anIssuerIsKnownByItsSignatureNotByItsName() {
        TestPki namesake = new TestPki();
        CertificateChain chain = CertificateChain.of(
                SIGNER, List.of(namesake.intermediate(), namesake.root(), PKI.root(), PKI.intermediate()));
        assertThat(chain.certificates()).containsExactly(SIGNER, PKI.intermediate(), PKI.root());
    }

    @Test
    void itEndsWhereNoIssuerIsKnown() {
        assertThat(CertificateChain.of(SIGNER, List.of(PKI.root())).certificates())
                .containsExactly(SIGNER);
    }

    @Test
    void aRootAloneIsAChainOfOne() {
        assertThat(CertificateChain.of(PKI.root(), List.of(PKI.root())).certificates())
                .containsExactly(PKI.root());
    }

    @Test
    void whoIssuedACertificateIsToldByNameAndSignature() {
        TestPki stranger = new TestPki();
        assertThat(CertificateChain.issued(
                        TestKeys.PKI.intermediate(), TestKeys.chain().signer()))
                .isTrue();
        assertThat(CertificateChain.issued(TestKeys.PKI.root(), TestKeys.PKI.root()))
                .isTrue();
        assertThat(CertificateChain.issued(TestKeys.PKI.root(), TestKeys.chain().signer()))
                .isFalse();
        // The same name, another key.
        assertThat(CertificateChain.issued(
                        stranger.intermediate(), TestKeys.chain().signer()))
                .isFalse();
    }
}
