package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.PreparedContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;

/** A SignedData with one SignerInfo, waiting for its signature. */
final class PreparedSignedData implements PreparedContainer {

    private final ContainerParameters parameters;
    private final ASN1Set signedAttributes;
    private final UnsignedAttributes unsignedAttributes;
    private final byte[] dataToBeSigned;

    PreparedSignedData(ContainerParameters parameters, DERSet signedAttributes, UnsignedAttributes unsignedAttributes) {
        this.parameters = parameters;
        this.signedAttributes = signedAttributes;
        this.unsignedAttributes = unsignedAttributes;
        try {
            this.dataToBeSigned = signedAttributes.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    @Override
    public byte[] dataToBeSigned() {
        return dataToBeSigned.clone();
    }

    @Override
    public byte[] complete(byte[] signature, Deadline deadline) {
        return encode(signature, unsignedAttributes.over(signature, deadline));
    }

    /** The container with unsigned attributes that are there already, or null for none. */
    byte[] encode(byte[] signature, ASN1Set unsigned) {
        AlgorithmIdentifier digestAlgorithm =
                AlgorithmIdentifiers.digest(parameters.signatureAlgorithm().digestAlgorithm());
        ASN1EncodableVector certificates = new ASN1EncodableVector();
        for (X509Certificate certificate : parameters.chain().certificates()) {
            certificates.add(asn1(certificate));
        }
        Certificate signer = (Certificate) certificates.get(0);
        SignerInfo signerInfo = new SignerInfo(
                new SignerIdentifier(new IssuerAndSerialNumber(signer)),
                digestAlgorithm,
                signedAttributes,
                AlgorithmIdentifiers.signature(parameters.signatureAlgorithm()),
                new DEROctetString(signature),
                unsigned);
        SignedData signedData = new SignedData(
                new DERSet(digestAlgorithm),
                new ContentInfo(CMSObjectIdentifiers.data, null),
                new DERSet(certificates),
                null,
                new DERSet(signerInfo));
        try {
            return new ContentInfo(CMSObjectIdentifiers.signedData, signedData).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    private static Certificate asn1(X509Certificate certificate) {
        try {
            return Certificate.getInstance(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }
}
