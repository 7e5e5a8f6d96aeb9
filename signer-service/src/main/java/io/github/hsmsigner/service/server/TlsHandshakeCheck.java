package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Checks TLS with a client in this process, without a port. Not thread-safe. */
public final class TlsHandshakeCheck {

    /** A handshake takes about ten rounds. A handshake that reaches this limit never ends. */
    private static final int MAX_ROUNDS = 1_000;

    private final TlsSettings settings;
    private final TlsIdentity identity;

    /** Reads the files of the settings, or throws {@link InvalidConfigurationException} if anything is wrong. */
    public TlsHandshakeCheck(TlsSettings settings) {
        this.settings = settings;
        this.identity = TlsIdentity.read(settings);
    }

    /** {@return the chain that the server sends, its own certificate first; unmodifiable} */
    public List<X509Certificate> chain() {
        return identity.chain().certificates();
    }

    /** {@return the certificates of the authorities that clients' certificates are trusted from; unmodifiable} */
    public List<X509Certificate> clientAuthorities() {
        return identity.clientAuthorities();
    }

    /**
     * Makes a handshake with a client that trusts every certificate but has the algorithm constraints of Java. The
     * client shows no certificate, so the server asks for one at most. Returns the protocol version and cipher suite, or
     * throws {@link InvalidConfigurationException} with the reason of the failure.
     */
    public String handshake() {
        SslContextFactory.Server factory = ReloadableTls.factory(settings, identity.context());
        try {
            factory.start();
            SSLEngine server = factory.newSSLEngine();
            server.setUseClientMode(false);
            server.setWantClientAuth(settings.clientCertificates() != TlsSettings.ClientCertificates.NONE);
            SSLEngine client = client().createSSLEngine();
            client.setUseClientMode(true);
            runHandshake(client, server);
            return client.getSession().getProtocol() + ", "
                    + client.getSession().getCipherSuite();
        } catch (SSLException e) {
            String text = "A TLS handshake with the certificate in " + settings.certificates() + " fails: ";
            throw new InvalidConfigurationException(text + e.getMessage() + ".", e);
        } catch (Exception e) {
            throw new IllegalStateException("The TLS handshake could not be checked.", e);
        } finally {
            LifeCycle.stop(factory);
        }
    }

    private static SSLContext client() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new AnyServer()}, null);
        return context;
    }

    private static void runHandshake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(2 * client.getSession().getPacketBufferSize());
        ByteBuffer toClient = ByteBuffer.allocate(2 * server.getSession().getPacketBufferSize());
        client.beginHandshake();
        server.beginHandshake();
        for (int round = 0; !isFinished(client) || !isFinished(server); round++) {
            if (round == MAX_ROUNDS) {
                throw new SSLException("it does not end");
            }
            step(client, toServer, toClient);
            step(server, toClient, toServer);
        }
    }

    private static boolean isFinished(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
            case NEED_UNWRAP -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()));
                in.compact();
            }
            case FINISHED, NOT_HANDSHAKING, NEED_UNWRAP_AGAIN -> {
                // This side waits for the other one.
            }
        }
    }

    /**
     * Accepts each certificate of the server, because each real client decides that itself. Java checks its algorithm
     * constraints in addition, because this is no X509ExtendedTrustManager.
     */
    private static final class AnyServer implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authenticationType) {
            throw new IllegalStateException("This check is a TLS client and verifies no client certificate.");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authenticationType) {
            // Every server is accepted.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
