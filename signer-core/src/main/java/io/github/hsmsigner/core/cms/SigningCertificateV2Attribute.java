package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/**
 * signing-certificate-v2 (RFC 5035, section 3): the hash of the signer's certificate, so that no other certificate with the same
 * key can take its place. The hash is made with the container's digest algorithm.
 */
final class SigningCertificateV2Attribute implements SignedAttributeProvider {

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        DigestAlgorithm algorithm = contentDigest.algorithm();
        Digest hash = Digest.compute(algorithm, encoded(parameters.chain().signer()));
        ESSCertIDv2 id = new ESSCertIDv2(AlgorithmIdentifiers.digest(algorithm), hash.bytes());
        return new Attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(new SigningCertificateV2(id)));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }
}
