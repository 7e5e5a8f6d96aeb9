package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
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
    private static final String VERIFIED = ClientTrust.Verified.class.getName();

    private final Supplier<Optional<ClientTrust>> trust;
    private final Clock clock;
    private final ServerAnswers answers;

    /**
     * Creates the handler.
     *
     * @param trust returns the trust of this moment; empty if the server requests no certificates
     * @param clock the time by which certificates expire
     * @param answers sends the answers to refused requests
     */
    ClientCertificateHandler(Supplier<Optional<ClientTrust>> trust, Clock clock, ServerAnswers answers) {
        this.trust = trust;
        this.clock = clock;
        this.answers = answers;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<ClientTrust> current = trust.get();
        if (current.isPresent()
                && request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls
                && tls.peerCertificates() != null) {
            try {
                verify(tls.sslSession(), tls.peerCertificates(), current.get());
            } catch (UntrustedClientException e) {
                answers.refuse(
                        request,
                        response,
                        callback,
                        id -> ErrorResponses.of(
                                HttpErrorCode.INVALID_CLIENT_CERTIFICATE,
                                e.getMessage() + " Connect again with a certificate that is valid.",
                                id));
                return true;
            }
        }
        return super.handle(request, response, callback);
    }

    private void verify(SSLSession session, X509Certificate[] chain, ClientTrust current)
            throws UntrustedClientException {
        Instant now = clock.instant();
        if (!(session.getValue(VERIFIED) instanceof ClientTrust.Verified verified && verified.holds(current, now))) {
            session.putValue(VERIFIED, current.verify(chain, now));
        }
    }
}
