package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The HTTP side of the service. Immutable.
 *
 * @param path the path of the callback, starting with a slash
 * @param tls TLS of the callbacks' listener; empty for plain HTTP
 * @param admin where health and metrics are served; empty for the listener of the callbacks
 * @param stopLimit how long requests may continue after the stop signal
 * @param allowedHosts the hosts that callbacks can be for; empty for any
 * @param warmUpRequests the number of requests to other servers before the service is ready; 0 for no warm-up
 */
public record ServerSettings(
        ListenerSettings listener,
        String path,
        Optional<TlsSettings> tls,
        Optional<ListenerSettings> admin,
        CallbackLimits callbackLimits,
        CertificateEncoding certificateEncoding,
        ClientLimits clientLimits,
        Duration stopLimit,
        Set<String> allowedHosts,
        int warmUpRequests) {

    /** Clients of the warm-up end before their server. */
    private static final Duration WARM_UP_STOP_LIMIT = Duration.ofSeconds(20);

    /** Returns the same settings for plain HTTP on any port of the loopback interface. */
    ServerSettings onLoopback() {
        return new ServerSettings(
                new ListenerSettings(InetAddress.getLoopbackAddress().getHostAddress(), 0),
                path,
                Optional.empty(),
                Optional.empty(),
                callbackLimits,
                certificateEncoding,
                clientLimits,
                WARM_UP_STOP_LIMIT,
                Set.of(),
                0);
    }
}
