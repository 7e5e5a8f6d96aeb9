package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;

/**
 * The certificates on a token, read each time that a chain is asked for, so that
 * {@link io.github.hsmsigner.core.SigningService#reloadCertificates} finds new certificates. Created by {@link Pkcs11Token#certificates}.
 * Thread-safe.
 */
public final class Pkcs11CertificateProvider implements CertificateProvider {

    private final String token;
    private final Supplier<List<X509Certificate>> onToken;
    private final List<X509Certificate> furtherIssuers;

    Pkcs11CertificateProvider(
            String token, Supplier<List<X509Certificate>> onToken, List<X509Certificate> furtherIssuers) {
        this.token = token;
        this.onToken = onToken;
        this.furtherIssuers = List.copyOf(furtherIssuers);
    }

    @Override
    public CertificateChain certificateChain(PublicKey publicKey) {
        return FixedCertificateProvider.of("the token " + token, onToken.get(), furtherIssuers)
                .certificateChain(publicKey);
    }
}
