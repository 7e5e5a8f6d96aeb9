package io.github.hsmsigner.core;

import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * Verifies the signature of a certificate, over its bytes as they are. The Java runtime has neither the Brainpool curves nor secp256k1
 * and P-224, which authorities use; BouncyCastle verifies with keys that the Java runtime cannot use.
 */
final class CertificateSignature {

    private CertificateSignature() {}

    /** Returns whether a key made the signature of a certificate. */
    static boolean isMadeBy(PublicKey issuer, X509Certificate certificate) {
        try {
            if (SubjectPublicKeys.otherCurve(issuer).isPresent()) {
                return verifies(issuer, certificate);
            }
            certificate.verify(issuer);
            return true;
        } catch (SignatureException e) {
            // Same name, another key: a CA that was renewed, or a stranger that calls itself the same.
            return false;
        } catch (GeneralSecurityException e) {
            return verifies(issuer, certificate);
        }
    }

    private static boolean verifies(PublicKey issuer, X509Certificate certificate) {
        try {
            AlgorithmIdentifier algorithm =
                    Certificate.getInstance(certificate.getEncoded()).getSignatureAlgorithm();
            ContentVerifier verifier = new JcaContentVerifierProviderBuilder()
                    .setProvider(Lazy.PROVIDER)
                    .build(SubjectPublicKeyInfo.getInstance(issuer.getEncoded()))
                    .get(algorithm);
            verifier.getOutputStream().write(certificate.getTBSCertificate());
            return verifier.verify(certificate.getSignature());
        } catch (OperatorCreationException
                | RuntimeOperatorException
                | GeneralSecurityException
                | IOException
                | IllegalArgumentException e) {
            // A key of another type than the signature, or one that is damaged.
            return false;
        }
    }

    /** Not registered with the JCA. Created only if needed, because its creation takes long. */
    private static final class Lazy {

        private static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
