package io.github.hsmsigner.core.revocation;

import java.io.IOException;
import java.io.OutputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;

/**
 * The identifier of a certificate in OCSP (RFC 6960, section 4.1.1). The hash of the issuer's name is over its bytes in
 * the certificate, which BouncyCastle's class encodes again.
 */
final class OcspCertificateId {

    private static final DigestCalculatorProvider DIGESTS = new BcDigestCalculatorProvider();

    private OcspCertificateId() {}

    static CertificateID of(AlgorithmIdentifier hash, X509Certificate certificate, X509Certificate issuer)
            throws IOException, OperatorCreationException, CertificateEncodingException {
        byte[] key = SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getBytes();
        return new CertificateID(new CertID(
                hash,
                hash(hash, issuerName(certificate)),
                hash(hash, key),
                new ASN1Integer(certificate.getSerialNumber())));
    }

    /** Returns whether an answer names the certificate. */
    static boolean matches(CertificateID id, X509Certificate certificate, X509Certificate issuer)
            throws IOException, OperatorCreationException, CertificateEncodingException {
        CertID named = id.toASN1Primitive();
        CertID expected = of(named.getHashAlgorithm(), certificate, issuer).toASN1Primitive();
        return named.getSerialNumber().equals(expected.getSerialNumber())
                && named.getIssuerNameHash().equals(expected.getIssuerNameHash())
                && named.getIssuerKeyHash().equals(expected.getIssuerKeyHash());
    }

    /** The field stands behind version, serial number and algorithm; the version can be missing (RFC 5280, section 4.1). */
    private static byte[] issuerName(X509Certificate certificate) throws IOException, CertificateEncodingException {
        ASN1Sequence content = ASN1Sequence.getInstance(certificate.getTBSCertificate());
        int index = content.getObjectAt(0) instanceof ASN1TaggedObject ? 3 : 2;
        return content.getObjectAt(index).toASN1Primitive().getEncoded(ASN1Encoding.DL);
    }

    private static ASN1OctetString hash(AlgorithmIdentifier algorithm, byte[] bytes)
            throws IOException, OperatorCreationException {
        DigestCalculator digest = DIGESTS.get(algorithm);
        try (OutputStream out = digest.getOutputStream()) {
            out.write(bytes);
        }
        return new DEROctetString(digest.getDigest());
    }
}
