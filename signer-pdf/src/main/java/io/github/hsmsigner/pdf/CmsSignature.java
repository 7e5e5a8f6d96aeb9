package io.github.hsmsigner.pdf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.SignerId;

/**
 * The certificates of a CMS signature (RFC 5652, section 5) and of the timestamps in it. The signature is not verified.
 *
 * @param signer the certificate of the signer
 * @param certificates the certificates in the container
 * @param timestamped whether it has a timestamp over the signature (ETSI EN 319 122-1, section 5.3)
 * @param timestamps the timestamps over the signature or the content
 */
record CmsSignature(
        X509Certificate signer,
        List<X509Certificate> certificates,
        boolean timestamped,
        List<CmsSignature> timestamps) {

    /**
     * Reads a container, which may be padded. Looks for the certificate of the signer in the container and among other
     * certificates.
     */
    static CmsSignature parse(byte[] contents, Collection<X509Certificate> others)
            throws IOException, CertificateException {
        try (ASN1InputStream in = new ASN1InputStream(contents)) {
            return read(ContentInfo.getInstance(in.readObject()), others, true);
        }
    }

    /** Returns the signature and its timestamps. */
    List<CmsSignature> withTimestamps() {
        return concat(List.of(this), timestamps);
    }

    private static CmsSignature read(ContentInfo container, Collection<X509Certificate> others, boolean withTimestamps)
            throws IOException, CertificateException {
        SignedData signedData = SignedData.getInstance(container.getContent());
        List<X509Certificate> certificates = certificates(signedData.getCertificates());
        SignerInfo signer = SignerInfo.getInstance(signedData.getSignerInfos().getObjectAt(0));
        List<ContentInfo> signatureTimestamps =
                values(signer.getUnauthenticatedAttributes(), PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        List<ContentInfo> contentTimestamps =
                values(signer.getAuthenticatedAttributes(), PKCSObjectIdentifiers.id_aa_ets_contentTimestamp);
        List<CmsSignature> timestamps = new ArrayList<>();
        if (withTimestamps) {
            for (ContentInfo token : concat(signatureTimestamps, contentTimestamps)) {
                timestamps.add(read(token, others, false));
            }
        }
        return new CmsSignature(
                signer(signer.getSID(), concat(certificates, List.copyOf(others))),
                certificates,
                !signatureTimestamps.isEmpty(),
                List.copyOf(timestamps));
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** Keeps the bytes of the certificates: BouncyCastle's class would sort the RDNs of names. */
    private static List<X509Certificate> certificates(ASN1Set set) throws IOException, CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (int i = 0; set != null && i < set.size(); i++) {
            if (set.getObjectAt(i).toASN1Primitive() instanceof ASN1Sequence certificate) {
                certificates.add((X509Certificate)
                        factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded(ASN1Encoding.DL))));
            }
        }
        return List.copyOf(certificates);
    }

    private static X509Certificate signer(SignerIdentifier identifier, List<X509Certificate> candidates)
            throws CertificateException {
        SignerId id;
        if (identifier.getId() instanceof ASN1OctetString keyIdentifier) {
            id = new SignerId(keyIdentifier.getOctets());
        } else {
            IssuerAndSerialNumber name = IssuerAndSerialNumber.getInstance(identifier.getId());
            id = new SignerId(name.getName(), name.getSerialNumber().getValue());
        }
        for (X509Certificate candidate : candidates) {
            if (id.match(new JcaX509CertificateHolder(candidate))) {
                return candidate;
            }
        }
        throw new CertificateException("The certificate of the signer is missing");
    }

    private static List<ContentInfo> values(ASN1Set attributes, ASN1ObjectIdentifier type) {
        List<ContentInfo> values = new ArrayList<>();
        for (int i = 0; attributes != null && i < attributes.size(); i++) {
            Attribute attribute = Attribute.getInstance(attributes.getObjectAt(i));
            if (type.equals(attribute.getAttrType())) {
                for (ASN1Encodable value : attribute.getAttrValues()) {
                    values.add(ContentInfo.getInstance(value));
                }
            }
        }
        return values;
    }
}
