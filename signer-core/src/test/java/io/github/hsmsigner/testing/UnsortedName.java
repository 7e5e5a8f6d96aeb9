package io.github.hsmsigner.testing;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates of an authority whose name has an RDN of two values that are not in the order of DER, and whose signature is good. */
public final class UnsortedName {

    private UnsortedName() {}

    /** Certifies a key, with an RSA key of 2048 bits. */
    public static X509Certificate certify(String subject, PublicKey key, KeyPair authority) {
        AttributeTypeAndValue first = street("1 First Road");
        AttributeTypeAndValue second = street("2 Other Road");
        X500Name issuer = new X500NameBuilder()
                .addMultiValuedRDN(new AttributeTypeAndValue[] {first, second})
                .addRDN(BCStyle.CN, "Odd CA")
                .build();
        try {
            byte[] certificate = new X509v3CertificateBuilder(
                            issuer,
                            BigInteger.TEN,
                            Date.from(Instant.now().minusSeconds(60)),
                            Date.from(Instant.now().plusSeconds(86_400)),
                            new X500Name(subject),
                            SubjectPublicKeyInfo.getInstance(key.getEncoded()))
                    .build(new JcaContentSignerBuilder("SHA256withRSA").build(authority.getPrivate()))
                    .getEncoded();
            swap(certificate, first.getEncoded(ASN1Encoding.DER), second.getEncoded(ASN1Encoding.DER));
            X509Certificate changed = parse(certificate);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(authority.getPrivate());
            signature.update(changed.getTBSCertificate());
            byte[] octets = signature.sign();
            System.arraycopy(octets, 0, certificate, certificate.length - octets.length, octets.length);
            X509Certificate signed = parse(certificate);
            signed.verify(authority.getPublic());
            return signed;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static AttributeTypeAndValue street(String value) {
        return new AttributeTypeAndValue(BCStyle.STREET, new DERUTF8String(value));
    }

    private static void swap(byte[] octets, byte[] first, byte[] second) {
        for (int i = 0; i + first.length + second.length <= octets.length; i++) {
            if (Arrays.equals(octets, i, i + first.length, first, 0, first.length)) {
                System.arraycopy(second, 0, octets, i, second.length);
                System.arraycopy(first, 0, octets, i + second.length, first.length);
                return;
            }
        }
        throw new IllegalStateException("The name is not there");
    }

    private static X509Certificate parse(byte[] octets) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(octets));
    }
}
