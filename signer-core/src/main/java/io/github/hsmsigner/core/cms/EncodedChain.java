package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.CertificateChain;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * The parts of a chain that all its containers share.
 *
 * @param certificates CertificateSet in DER (RFC 5652, section 10.2.3), without its tag
 * @param signer IssuerAndSerialNumber (section 10.2.4)
 */
record EncodedChain(List<DerElement> certificates, DerElement signer) {

    /** A key has the same chain for as long as its certificates are not replaced. */
    static final class Known {

        private final Map<CertificateChain, EncodedChain> known = Collections.synchronizedMap(new WeakHashMap<>());

        EncodedChain of(CertificateChain chain) {
            return known.computeIfAbsent(chain, EncodedChain::encode);
        }
    }

    private static EncodedChain encode(CertificateChain chain) {
        List<DerElement> certificates = chain.certificates().stream()
                .map(certificate -> DerElement.encoded(octets(certificate)))
                .toList();
        Certificate signer = Certificate.getInstance(octets(chain.signer()));
        return new EncodedChain(DerElement.inOrder(certificates), DerElement.of(new IssuerAndSerialNumber(signer)));
    }

    private static byte[] octets(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }
}
