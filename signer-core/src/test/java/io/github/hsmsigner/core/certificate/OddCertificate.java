package io.github.hsmsigner.core.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.x509.Extension;

/** Makes certificates that no authority should issue, out of a good one; their signature is that of the good one. */
final class OddCertificate {

    static final int VERSION = 0;
    static final int SERIAL = 1;
    static final int SIGNATURE_ALGORITHM = 2;
    static final int VALIDITY = 4;
    static final int SUBJECT = 5;
    static final int PUBLIC_KEY = 6;
    static final int EXTENSIONS = 7;

    private final ASN1Sequence certificate;

    OddCertificate(X509Certificate good) {
        try {
            certificate = ASN1Sequence.getInstance(good.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With another element of the TBSCertificate; null leaves it out. */
    byte[] with(int element, ASN1Encodable other) {
        ASN1Encodable[] elements =
                ASN1Sequence.getInstance(certificate.getObjectAt(0)).toArray();
        ASN1EncodableVector changed = new ASN1EncodableVector();
        for (int i = 0; i < elements.length; i++) {
            if (i != element) {
                changed.add(elements[i]);
            } else if (other != null) {
                changed.add(other);
            }
        }
        return der(new DLSequence(
                new ASN1Encodable[] {new DLSequence(changed), certificate.getObjectAt(1), certificate.getObjectAt(2)}));
    }

    byte[] withVersion(ASN1Encodable version) {
        return with(VERSION, version == null ? null : new DERTaggedObject(true, 0, version));
    }

    byte[] withExtensions(Extension... extensions) {
        return with(EXTENSIONS, new DERTaggedObject(true, 3, new DLSequence(extensions)));
    }

    byte[] withSignature(ASN1Encodable signature) {
        return der(new DLSequence(
                new ASN1Encodable[] {certificate.getObjectAt(0), certificate.getObjectAt(1), signature}));
    }

    static Extension extension(ASN1ObjectIdentifier type, boolean critical, byte[] value) {
        return new Extension(type, critical, new DEROctetString(value));
    }

    /** In DER, but for sets, which keep their order. */
    static byte[] der(ASN1Encodable structure) {
        try {
            return structure.toASN1Primitive().getEncoded(ASN1Encoding.DL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
