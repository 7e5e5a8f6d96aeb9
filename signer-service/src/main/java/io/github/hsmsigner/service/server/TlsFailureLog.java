package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs TLS handshakes that fail, with the client's address and the reason of Java. A client that closes the connection,
 * as probes of load balancers do, gets no line. Thread-safe.
 */
final class TlsFailureLog implements SslHandshakeListener {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFailureLog.class);
    private static final int MAX_REASON_LENGTH = 400;

    private final LogRateLimiter limiter;

    TlsFailureLog(LongSupplier nanoTime) {
        this.limiter = new LogRateLimiter(
                LOG,
                "handshakes",
                "Failed TLS handshakes were not logged, because there were more than {} a second.",
                nanoTime);
    }

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        if (failure instanceof SSLException && limiter.admit()) {
            LOG.atInfo()
                    .addKeyValue(
                            "client", ClientAddress.text(event.getEndPoint().getRemoteSocketAddress()))
                    .addKeyValue("reason", PeerText.printable(String.valueOf(failure.getMessage()), MAX_REASON_LENGTH))
                    .log("A TLS handshake failed.");
        }
    }
}
