package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.CertificateChain;
import java.security.cert.X509Certificate;

/** Who stands at the end of a chain. */
final class Issuance {

    private Issuance() {}

    static boolean isSelfSigned(X509Certificate certificate) {
        return CertificateChain.issued(certificate, certificate);
    }
}
