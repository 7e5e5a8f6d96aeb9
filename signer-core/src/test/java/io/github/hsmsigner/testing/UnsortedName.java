package io.github.hsmsigner.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates in whose names an RDN of two values is not in the order of DER, and whose signature is good. */
public final class UnsortedName {

    /** The name that becomes unsorted, as OpenSSL takes it with {@code -multivalue-rdn}. */
    public static final String SUBJECT = "/street=1_First_Road+street=2_Other_Road/CN=";

    private static final AttributeTypeAndValue FIRST = street("1_First_Road");
    private static final AttributeTypeAndValue SECOND = street("2_Other_Road");

    private UnsortedName() {}

    /** A name; the certificates that are made here have it out of order. */
    public static X500Name of(String commonName) {
        return new X500NameBuilder()
                .addMultiValuedRDN(new AttributeTypeAndValue[] {FIRST, SECOND})
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    /** Certifies a key, with an RSA key of 2048 bits, for an authority whose name is out of order. */
    public static X509Certificate certify(String subject, PublicKey key, KeyPair authority) {
        return certify(new X500Name(subject), key, of("Odd CA"), authority);
    }

    /** Certifies a key, with an RSA key. */
    public static X509Certificate certify(
            X500Name subject, PublicKey key, X500Name issuer, KeyPair authority, Extension... extensions) {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(Instant.now().minusSeconds(60)),
                    Date.from(Instant.now().plusSeconds(86_400)),
                    subject,
                    SubjectPublicKeyInfo.getInstance(key.getEncoded()));
            for (Extension extension : extensions) {
                builder.addExtension(extension);
            }
            byte[] sorted = builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(authority.getPrivate()))
                    .getEncoded();
            X509Certificate certificate = unsorted(parse(sorted), authority.getPrivate());
            certificate.verify(authority.getPublic());
            return certificate;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Puts the names of a certificate out of order and signs it again. */
    public static X509Certificate unsorted(X509Certificate sorted, PrivateKey authority) {
        try {
            byte[] content = latin1(
                    text(sorted.getTBSCertificate()).replace(text(FIRST) + text(SECOND), text(SECOND) + text(FIRST)));
            Signature signature = Signature.getInstance(sorted.getSigAlgName());
            signature.initSign(authority);
            signature.update(content);
            ASN1Encodable algorithm =
                    ASN1Sequence.getInstance(sorted.getEncoded()).getObjectAt(1);
            return parse(new DLSequence(new ASN1Encodable[] {
                        ASN1Primitive.fromByteArray(content), algorithm, new DERBitString(signature.sign())
                    })
                    .getEncoded(ASN1Encoding.DL));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns how often the name stands out of order in a structure. */
    public static int count(byte[] structure) {
        try {
            return text(structure).split(Pattern.quote(text(SECOND) + text(FIRST)), -1).length - 1;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AttributeTypeAndValue street(String value) {
        return new AttributeTypeAndValue(BCStyle.STREET, new DERUTF8String(value));
    }

    private static String text(AttributeTypeAndValue value) throws IOException {
        return text(value.getEncoded(ASN1Encoding.DER));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static X509Certificate parse(byte[] bytes) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    }
}
