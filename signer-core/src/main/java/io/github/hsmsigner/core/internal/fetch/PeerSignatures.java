package io.github.hsmsigner.core.internal.fetch;

import java.io.IOException;
import java.io.OutputStream;
import java.security.Provider;
import java.util.Map;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Checks signatures of servers and authorities with its own BouncyCastle provider. The JDK's providers do not know
 * RSASSA-PSS by the name that its identifier leads to, and do not know all curves that authorities use. Thread-safe.
 */
public final class PeerSignatures {

    private static final Map<ASN1ObjectIdentifier, String> BROKEN = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            PKCSObjectIdentifiers.md5, "MD5",
            PKCSObjectIdentifiers.md4, "MD4",
            PKCSObjectIdentifiers.md2, "MD2");

    private final Provider provider = new BouncyCastleProvider();

    /** Creates the provider. */
    public PeerSignatures() {}

    private ContentVerifierProvider verifier(SubjectPublicKeyInfo key) throws OperatorCreationException {
        return new JcaContentVerifierProviderBuilder().setProvider(provider).build(key);
    }

    /**
     * Verifies the signature of a structure of X.509 or OCSP over its bytes as they came. BouncyCastle's classes encode the structure
     * again, and so sort the RDNs of names.
     *
     * @param structure the sequence of what is signed, the algorithm and the signature (RFC 5280, section 4.1; RFC 6960, section 4.2.1)
     * @param key the key that is to have made the signature
     * @return whether it made the signature
     * @throws OperatorCreationException if the key or the algorithm cannot be used
     * @throws IOException if the structure cannot be encoded
     */
    public boolean isMadeBy(SubjectPublicKeyInfo key, ASN1Sequence structure)
            throws OperatorCreationException, IOException {
        ContentVerifier verifier = verifier(key).get(AlgorithmIdentifier.getInstance(structure.getObjectAt(1)));
        try (OutputStream out = verifier.getOutputStream()) {
            out.write(structure.getObjectAt(0).toASN1Primitive().getEncoded(ASN1Encoding.DL));
        }
        return verifier.verify(
                ASN1BitString.getInstance(structure.getObjectAt(2)).getOctets());
    }

    /**
     * Returns a verifier of signatures in CMS. It keeps the bytes of the certificate, of which the signer signs a hash.
     *
     * @param certificate the certificate of the key that is to have made them
     * @return the verifier
     * @throws OperatorCreationException if it holds no key to verify with
     */
    public SignerInformationVerifier signerInfoVerifier(X509CertificateHolder certificate)
            throws OperatorCreationException {
        return new SignerInformationVerifier(
                new DefaultCMSSignatureAlgorithmNameGenerator(),
                new DefaultSignatureAlgorithmIdentifierFinder(),
                new OfCertificate(certificate, verifier(certificate.getSubjectPublicKeyInfo())),
                new JcaDigestCalculatorProviderBuilder().setProvider(provider).build());
    }

    /** The verifier of a certificate's key. That of BouncyCastle encodes the certificate again. */
    private record OfCertificate(X509CertificateHolder certificate, ContentVerifierProvider ofKey)
            implements ContentVerifierProvider {

        @Override
        public boolean hasAssociatedCertificate() {
            return true;
        }

        @Override
        public X509CertificateHolder getAssociatedCertificate() {
            return certificate;
        }

        @Override
        public ContentVerifier get(AlgorithmIdentifier algorithm) throws OperatorCreationException {
            return ofKey.get(algorithm);
        }
    }

    /**
     * Refuses digest algorithms, and signature algorithms over them, for which collisions can be made.
     *
     * @param algorithm a digest algorithm or a signature algorithm
     * @throws IOException if it is broken; the message names it
     */
    public static void requireUnbroken(AlgorithmIdentifier algorithm) throws IOException {
        AlgorithmIdentifier ofSignature = DefaultDigestAlgorithmIdentifierFinder.INSTANCE.find(algorithm);
        String broken = BROKEN.get(ofSignature == null ? algorithm.getAlgorithm() : ofSignature.getAlgorithm());
        if (broken != null) {
            throw new IOException("it is signed with " + broken + ", for which collisions can be made");
        }
    }
}
