package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * Fuzz target: bytes are certificates in DER, or refused with the typed exception; and what was read can be ordered, inspected and
 * put into a container as it is, however odd it is.
 */
public final class DerCertificatesFuzz {

    private static final Instant TIME = Instant.parse("2026-11-23T00:00:00Z");
    private static final AiaChainCompleter COMPLETER =
            AiaChainCompleter.builder().build();

    private DerCertificatesFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates;
        try {
            certificates = DerCertificates.read(bytes, ASN1Encoding.DER);
        } catch (MalformedCertificatesException e) {
            assertThat(e).message().isNotBlank();
            return;
        }
        for (X509Certificate certificate : certificates) {
            CertificateChain chain = CertificateChain.of(certificate, certificates);
            // No time is left, so that the extension is read and no address is asked.
            CertificateChain completed = COMPLETER.complete(chain, Deadline.after(Duration.ZERO));
            assertThat(completed).isEqualTo(chain);
            chain.inspect(TIME)
                    .forEach(finding -> assertThat(finding.sentence()).endsWith("."));
            chain.timeLeft(TIME);
            assertThat(Certificate.getInstance(certificate.getEncoded()).getEncoded(ASN1Encoding.DER))
                    .as("what stands in a container")
                    .isEqualTo(certificate.getEncoded());
        }
        if (!certificates.isEmpty()) {
            find(certificates);
        }
    }

    private static void find(List<X509Certificate> certificates) {
        X509Certificate first = certificates.get(0);
        try {
            assertThat(FixedCertificateProvider.of("the file", certificates, List.of())
                            .certificateChain(first.getPublicKey())
                            .signer())
                    .isEqualTo(first);
        } catch (InvalidConfigurationException e) {
            assertThat(e).hasMessageStartingWith("Several certificates of the file belong to the signing key");
        }
    }
}
