package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates on a token, read once, when this object is made. Made by {@link Pkcs11Token#certificates}. Immutable.
 */
public final class Pkcs11CertificateProvider implements CertificateProvider {

    private final CertificateProvider certificates;

    Pkcs11CertificateProvider(String token, List<X509Certificate> onToken, List<X509Certificate> furtherIssuers) {
        this.certificates = FixedCertificateProvider.of("the token " + token, onToken, furtherIssuers);
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
        return certificates.certificateChain(publicKey);
    }
}
