package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Reads one certificate in DER, or those of a certs-only SignedData in BER or DER (RFC 5652, section 5; RFC 8551, section 3.8). In a
 * bundle each certificate must be in DER too (RFC 5652, section 10.2.2; RFC 5280, section 4.1).
 *
 * <p>The encoding is DER for certificates of signers. It is DL, in which sets may be in any order, for those of authorities: they are
 * copied and compared byte for byte only.
 */
final class DerCertificates {

    private static final int SEQUENCE = 0x30;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int LONG_FORM = 0x80;
    private static final int LENGTH_MASK = 0x7f;
    private static final int BYTE_MASK = 0xff;
    private static final int BYTE_BITS = 8;
    private static final int MAX_LENGTH_OCTETS = 4;

    private DerCertificates() {}

    /** Returns whether bytes begin as a structure of the size of a certificate does; no text begins so. */
    static boolean looksLike(byte[] bytes) {
        return bytes.length > 1 && bytes[0] == SEQUENCE && (bytes[1] & LONG_FORM) != 0;
    }

    static List<X509Certificate> read(byte[] bytes, String encoding) throws MalformedCertificatesException {
        requireWhole(bytes);
        try {
            ASN1Sequence structure = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(bytes));
            if (structure.size() > 0 && structure.getObjectAt(0) instanceof ASN1ObjectIdentifier) {
                return bundle(ContentInfo.getInstance(structure), encoding);
            }
            return List.of(certificate(bytes, encoding));
        } catch (IOException | RuntimeException e) {
            throw new MalformedCertificatesException("its DER is damaged: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> bundle(ContentInfo contentInfo, String encoding)
            throws IOException, MalformedCertificatesException {
        if (!CMSObjectIdentifiers.signedData.equals(contentInfo.getContentType())) {
            throw new MalformedCertificatesException(
                    "it is a CMS structure of another type than SignedData: " + contentInfo.getContentType());
        }
        SignedData signedData = SignedData.getInstance(contentInfo.getContent());
        if (signedData.getSignerInfos().size() > 0) {
            throw new MalformedCertificatesException("it is a signed message, not a bundle of certificates only");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        if (signedData.getCertificates() != null) {
            for (ASN1Encodable choice : signedData.getCertificates()) {
                // The other choices (RFC 5652, section 10.2.2) are tagged: attribute certificates and obsolete forms.
                if (choice instanceof ASN1Sequence certificate) {
                    // As it stands there: put into DER here, it would not be what its issuer signed.
                    certificates.add(certificate(certificate.getEncoded(), encoding));
                }
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(byte[] der, String encoding) throws MalformedCertificatesException {
        try {
            // Containers are made with the other parser. It may not read a certificate, or may encode it differently
            // from its issuer. This check finds that here, before a verifier of a signature does.
            Certificate structure = Certificate.getInstance(der);
            X509Certificate certificate =
                    (X509Certificate) factory(structure).generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(der, certificate.getEncoded()) || !Arrays.equals(der, structure.getEncoded(encoding))) {
                throw new MalformedCertificatesException(
                        "it is not a certificate in DER (such as a name with an RDN out of"
                                + " order), so verifiers that encode it again find its signature invalid");
            }
            requireUsage(structure.getTBSCertificate().getExtensions());
            // Keys are parsed late; one that cannot be is better found here than by the first who needs it.
            certificate.getPublicKey().getEncoded();
            return certificate;
        } catch (CertificateException | IOException | RuntimeException e) {
            throw new MalformedCertificatesException("it is not a certificate: " + e.getMessage(), e);
        }
    }

    /** Some Java runtimes do not parse a certificate with a key on a curve that they do not have. */
    private static CertificateFactory factory(Certificate certificate) throws CertificateException {
        AlgorithmIdentifier algorithm = certificate.getSubjectPublicKeyInfo().getAlgorithm();
        boolean otherCurve = algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                && algorithm.getParameters() instanceof ASN1ObjectIdentifier curve
                && !SubjectPublicKeys.isNistCurve(curve)
                && ECNamedCurveTable.getByOID(curve) != null;
        return otherCurve
                ? CertificateFactory.getInstance("X.509", new BouncyCastleProvider())
                : CertificateFactory.getInstance("X.509");
    }

    /** Where it is not critical, one that is damaged would count as none, and the certificate as one for every use. */
    private static void requireUsage(Extensions extensions) throws MalformedCertificatesException {
        if (extensions == null) {
            return;
        }
        try {
            Extension usage = extensions.getExtension(Extension.keyUsage);
            if (usage != null) {
                Objects.requireNonNull(KeyUsage.getInstance(usage.getParsedValue()), "it is empty");
            }
            Extension constraints = extensions.getExtension(Extension.basicConstraints);
            if (constraints != null) {
                Objects.requireNonNull(BasicConstraints.getInstance(constraints.getParsedValue()), "it is empty");
            }
        } catch (RuntimeException e) {
            throw new MalformedCertificatesException(
                    "it is not a certificate: its KeyUsage or BasicConstraints cannot be read: " + e.getMessage(), e);
        }
    }

    /** Checks that the outermost length is the number of bytes, so that the message can name the fault. */
    private static void requireWhole(byte[] bytes) throws MalformedCertificatesException {
        if (!looksLike(bytes)) {
            throw new MalformedCertificatesException("it does not begin as a certificate in DER does");
        }
        int lengthOctets = bytes[1] & LENGTH_MASK;
        boolean bundle = bytes.length > 2 + lengthOctets && bytes[2 + lengthOctets] == OBJECT_IDENTIFIER;
        if (lengthOctets == 0) {
            if (!bundle) {
                throw new MalformedCertificatesException(
                        "its length is indefinite, which DER does not allow; only a PKCS#7 bundle may be in BER");
            }
            // Where it ends, the parser finds out.
            return;
        }
        if (lengthOctets > MAX_LENGTH_OCTETS || bytes.length < 2 + lengthOctets) {
            throw new MalformedCertificatesException("its length is damaged");
        }
        long length = 0;
        for (int i = 0; i < lengthOctets; i++) {
            length = length << BYTE_BITS | bytes[2 + i] & BYTE_MASK;
        }
        long surplus = bytes.length - 2L - lengthOctets - length;
        if (surplus > 0) {
            throw new MalformedCertificatesException(surplus + " bytes follow its end");
        }
        if (surplus < 0) {
            throw new MalformedCertificatesException(-surplus + " bytes are missing at its end");
        }
        if (!bundle && (length <= LENGTH_MASK || bytes[2] == 0)) {
            throw new MalformedCertificatesException("its length is not in the shortest form, which DER demands");
        }
    }
}
