package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS of a listener, whose certificate and client authorities can be reloaded while it listens. Thread-safe. */
final class ReloadableTls {

    private static final Logger LOG = LoggerFactory.getLogger(ReloadableTls.class);

    /**
     * The suites of the JDK that have forward secrecy and authenticated encryption. The other suites are for clients
     * that support no better one.
     */
    private static final String[] CIPHER_SUITES = {
        "TLS_AES_.*", "TLS_CHACHA20_.*", "TLS_ECDHE_(RSA|ECDSA)_WITH_(AES_.*_GCM|CHACHA20_POLY1305)_SHA.*"
    };

    /**
     * How long a client can resume a session without another handshake. The default of nginx and Apache httpd is the
     * same.
     */
    private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(5);

    /** The sessions that are kept for this time; the default of Java is 20,480. */
    private static final int MAX_SESSIONS = 1024;

    private final TlsSettings settings;
    private final SslContextFactory.Server factory;
    private volatile TlsIdentity identity;

    /** Reads the identity for the first time, or throws {@link InvalidConfigurationException}. */
    ReloadableTls(TlsSettings settings) {
        this.settings = settings;
        this.identity = TlsIdentity.read(settings);
        this.factory = factory(settings, identity.context());
        log(identity);
    }

    X509Certificate certificate() {
        return identity.certificate();
    }

    /** Returns the verifier of clients' certificates; empty if the server requests none. */
    Optional<ClientCertificateVerifier> clientCertificateVerifier() {
        return identity.clientCertificateVerifier();
    }

    /** TLS with these settings and an identity. */
    static SslContextFactory.Server factory(TlsSettings settings, SSLContext identity) {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        factory.setIncludeCipherSuites(CIPHER_SUITES);
        factory.setRenegotiationAllowed(false);
        factory.setSniRequired(false);
        factory.setEndpointIdentificationAlgorithm(null);
        factory.setWantClientAuth(settings.clientCertificates() == TlsSettings.ClientCertificates.OPTIONAL);
        factory.setNeedClientAuth(settings.clientCertificates() == TlsSettings.ClientCertificates.REQUIRED);
        factory.setSslContext(identity);
        factory.setSslSessionTimeout((int) SESSION_TIMEOUT.toSeconds());
        factory.setSslSessionCacheSize(MAX_SESSIONS);
        return factory;
    }

    /** Returns the TLS part of a connector's protocols. */
    SslConnectionFactory connectionFactory() {
        SslConnectionFactory connections = new SslConnectionFactory(factory, HttpVersion.HTTP_1_1.asString());
        connections.addBean(new HandshakeFailureLog());
        return connections;
    }

    /**
     * Reads the identity again, for connections that are made from now on. If the files cannot be used, this throws
     * {@link InvalidConfigurationException} and the identity stays as it was.
     */
    synchronized void reload() {
        TlsIdentity previous = identity;
        TlsIdentity next = TlsIdentity.read(settings);
        // In this order: no request of a new connection is verified with the former authorities.
        identity = next;
        try {
            factory.reload(f -> f.setSslContext(next.context()));
        } catch (Exception e) {
            identity = previous;
            throw new IllegalStateException("Jetty could not reload TLS.", e);
        }
        log(next);
    }

    private static void log(TlsIdentity identity) {
        X509Certificate certificate = identity.certificate();
        LOG.info(
                "TLS with the certificate of {}, serial {}, valid from {} to {}.",
                DistinguishedName.ofSubject(certificate),
                certificate.getSerialNumber().toString(16),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
        Instant now = Instant.now();
        if (now.isBefore(certificate.getNotBefore().toInstant())
                || now.isAfter(certificate.getNotAfter().toInstant())) {
            LOG.warn("The TLS certificate is not valid at this time; clients will reject it.");
        }
    }

    /**
     * Logs TLS handshakes that fail, with the client's address and the reason of Java. A client that closes the
     * connection, as probes of load balancers do, gets no line. Thread-safe.
     */
    private static final class HandshakeFailureLog implements SslHandshakeListener {

        private final LogRateLimiter limiter = new LogRateLimiter(
                LOG,
                "handshakes",
                "Failed TLS handshakes were not logged, because there were more than {} a second.",
                System::nanoTime);

        @Override
        public void handshakeFailed(Event event, Throwable failure) {
            if (failure instanceof SSLException && limiter.admit()) {
                LOG.atInfo()
                        .addKeyValue(
                                "client", ClientAddress.text(event.getEndPoint().getRemoteSocketAddress()))
                        .addKeyValue("reason", PeerText.printable(String.valueOf(failure.getMessage()), 400))
                        .log("A TLS handshake failed.");
            }
        }
    }
}
