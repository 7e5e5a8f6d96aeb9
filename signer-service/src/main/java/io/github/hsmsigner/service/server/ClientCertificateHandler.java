package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Refuses requests on TLS connections whose client certificate has expired, or whose authority is no longer trusted,
 * and closes these connections. TLS verifies a certificate in a full handshake only, not on a connection that is kept
 * or for a session that is resumed.
 */
final class ClientCertificateHandler extends Handler.Wrapper {

    /** The name of the value of a TLS session that holds the last verification of its client's chain. */
    private static final String VERIFIED = ClientCertificateVerifier.Verified.class.getName();

    private final Supplier<Optional<ClientCertificateVerifier>> verifier;
    private final Clock clock;
    private final ServerResponses responses;

    /** Asks for the current verifier for each request; it is empty if the server requests no certificates. */
    ClientCertificateHandler(
            Supplier<Optional<ClientCertificateVerifier>> verifier, Clock clock, ServerResponses responses) {
        this.verifier = verifier;
        this.clock = clock;
        this.responses = responses;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<ClientCertificateVerifier> current = verifier.get();
        if (current.isPresent()
                && request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls
                && tls.peerCertificates() != null) {
            try {
                verify(tls.sslSession(), tls.peerCertificates(), current.get());
            } catch (CertificateException e) {
                String text = e.getMessage() + " Connect again with a certificate that is valid.";
                return responses.refuse(request, response, callback, HttpErrorCode.INVALID_CLIENT_CERTIFICATE, text);
            }
        }
        return super.handle(request, response, callback);
    }

    private void verify(SSLSession session, X509Certificate[] chain, ClientCertificateVerifier current)
            throws CertificateException {
        Instant now = clock.instant();
        if (!(session.getValue(VERIFIED) instanceof ClientCertificateVerifier.Verified verified
                && verified.holds(current, now))) {
            session.putValue(VERIFIED, current.verify(chain, now));
        }
    }
}
