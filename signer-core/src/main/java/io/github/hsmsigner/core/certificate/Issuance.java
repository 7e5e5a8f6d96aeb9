package io.github.hsmsigner.core.certificate;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/** Who issued whom, by name and signature. */
final class Issuance {

    private Issuance() {}

    static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            // Same name, another key: a CA that was renewed, or a stranger that calls itself the same.
            return false;
        }
    }

    static boolean isSelfSigned(X509Certificate certificate) {
        return issued(certificate, certificate);
    }
}
