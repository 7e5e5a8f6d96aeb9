package io.github.hsmsigner.service.server;

import java.security.cert.CertPathBuilderException;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A client's certificate is not valid now. The message is for the client. */
final class UntrustedClientException extends Exception {

    private static final long serialVersionUID = 1L;

    private UntrustedClientException(String message, CertPathBuilderException cause) {
        super(message, cause);
    }

    /** Names the certificate that has expired, if there is one. */
    static UntrustedClientException of(X509Certificate[] chain, Instant now, CertPathBuilderException cause) {
        for (int i = 0; i < chain.length; i++) {
            String name = i == 0 ? "The client certificate" : "The issuer's certificate in the client's chain";
            Instant begin = chain[i].getNotBefore().toInstant();
            Instant end = chain[i].getNotAfter().toInstant();
            if (now.isAfter(end)) {
                return new UntrustedClientException(name + " expired on " + end + ".", cause);
            }
            if (now.isBefore(begin)) {
                return new UntrustedClientException(name + " is not valid before " + begin + ".", cause);
            }
        }
        return new UntrustedClientException(
                "The client certificate was not issued by an authority that the service trusts.", cause);
    }
}
