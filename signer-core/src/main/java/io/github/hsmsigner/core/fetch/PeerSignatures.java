package io.github.hsmsigner.core.fetch;

import java.io.IOException;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * How the signatures of those who answer are checked: with a BouncyCastle provider of our own, as the JDK's providers do not know
 * RSASSA-PSS by the name that its identifier leads to, and curves that authorities use. Safe for use by any number of threads at once.
 */
public final class PeerSignatures {

    private static final Map<ASN1ObjectIdentifier, String> BROKEN = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            PKCSObjectIdentifiers.md5, "MD5",
            PKCSObjectIdentifiers.md4, "MD4",
            PKCSObjectIdentifiers.md2, "MD2");

    private final Provider provider = new BouncyCastleProvider();

    /**
     * A verifier of signatures over structures of X.509 and OCSP.
     *
     * @param key the key that is to have made them
     * @return the verifier
     * @throws OperatorCreationException if it is no key to verify with
     */
    public ContentVerifierProvider verifier(SubjectPublicKeyInfo key) throws OperatorCreationException {
        return new JcaContentVerifierProviderBuilder().setProvider(provider).build(key);
    }

    /**
     * A verifier of signatures in CMS.
     *
     * @param certificate the certificate of the key that is to have made them
     * @return the verifier
     * @throws OperatorCreationException if it holds no key to verify with
     */
    public SignerInformationVerifier signerInfoVerifier(X509CertificateHolder certificate)
            throws OperatorCreationException {
        try {
            return new JcaSimpleSignerInfoVerifierBuilder()
                    .setProvider(provider)
                    .build(certificate);
        } catch (CertificateException e) {
            throw new OperatorCreationException("the certificate cannot be read", e);
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
