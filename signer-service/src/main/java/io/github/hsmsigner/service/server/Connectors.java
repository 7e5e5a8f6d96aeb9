package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Creates the connectors of Jetty and opens their ports. */
final class Connectors {

    /** Jetty's own number for up to five processors. On two, a second selector only adds switches between threads. */
    private static final int SELECTORS = Runtime.getRuntime().availableProcessors() < 4 ? 1 : 2;

    /** With 50, the default of Java, a larger burst of clients would lose some of them. */
    private static final int ACCEPT_QUEUE_SIZE = 1024;

    /**
     * With 8 KiB, the default of Jetty, a document takes four times as many system calls. A connection has a buffer only
     * while it reads. Jetty's pool keeps an eighth of the heap, so that buffers of this size for all requests fit.
     */
    private static final int INPUT_BUFFER_SIZE = 32 * 1024;

    private static final String NO_ADDRESS =
            "the address is not one of this machine. Set SIGNING_SERVICE_ADDRESS, or SIGNING_SERVICE_ADMIN_ADDRESS for the admin"
                    + " port, to an address of this machine, or to 0.0.0.0 for all.";

    private Connectors() {}

    /** Limits of HTTP, and nothing about this server in responses. */
    static void configure(HttpConfiguration http, ClientLimits limits) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(limits.maxHeaderBytes());
        http.setInputBufferSize(INPUT_BUFFER_SIZE);
    }

    /** Returns a connector that is not open yet. */
    static ServerConnector create(
            Server server,
            HttpConfiguration http,
            ListenerSettings listener,
            ClientLimits limits,
            ConnectionLimiter connections,
            Optional<ReloadableTls> tls) {
        StrictHttpConnectionFactory plain = new StrictHttpConnectionFactory(http, limits.maxHeaderFields());
        ServerConnector connector = new DrainingConnector(server, SELECTORS, connections, protocols(plain, tls));
        connector.addBean(connections);
        connector.setHost(listener.address());
        connector.setPort(listener.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE_SIZE);
        connector.setIdleTimeout(limits.idleTimeout().toMillis());
        return connector;
    }

    private static ConnectionFactory[] protocols(StrictHttpConnectionFactory plain, Optional<ReloadableTls> tls) {
        if (tls.isEmpty()) {
            return new ConnectionFactory[] {plain};
        }
        // Clients reach the service by names and addresses that its certificate need not have. They check the name.
        plain.getHttpConfiguration().addCustomizer(new SecureRequestCustomizer(false));
        return new ConnectionFactory[] {tls.get().connectionFactory(), plain};
    }

    /** Opens the port, or throws {@link InvalidConfigurationException}. */
    static void open(ServerConnector connector, ListenerSettings listener) {
        try {
            connector.open();
        } catch (IOException e) {
            throw cannotListen(listener, e);
        }
    }

    /** Opens the port for a moment and returns its number, or throws {@link InvalidConfigurationException}. */
    static int check(ListenerSettings listener) {
        try (ServerSocket port = new ServerSocket()) {
            // As Jetty sets it. Otherwise the connections of a service that has just ended would block the port.
            port.setReuseAddress(true);
            port.bind(new InetSocketAddress(listener.address(), listener.port()));
            return port.getLocalPort();
        } catch (IOException e) {
            throw cannotListen(listener, e);
        }
    }

    private static InvalidConfigurationException cannotListen(ListenerSettings listener, IOException cause) {
        return new InvalidConfigurationException(
                listener.address() + ":" + listener.port() + " cannot be listened on: " + reason(cause), cause);
    }

    /** Only the text of the system's error distinguishes the reasons, and exceptions of Jetty and the JDK wrap it. */
    private static String reason(IOException cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            String words = String.valueOf(each.getMessage());
            if (words.contains("Address already in use")) {
                return "another process uses the port. Stop it, or set another port: SIGNING_SERVICE_PORT, or"
                        + " SIGNING_SERVICE_ADMIN_PORT for the admin port.";
            }
            if (words.contains("Permission denied")) {
                return "this user may not use the port. Set a port of 1024 or more: SIGNING_SERVICE_PORT, or"
                        + " SIGNING_SERVICE_ADMIN_PORT for the admin port.";
            }
            if (words.contains("Cannot assign requested address") || each instanceof UnresolvedAddressException) {
                return NO_ADDRESS;
            }
        }
        return cause instanceof SocketException && "Unresolved address".equals(cause.getMessage())
                ? NO_ADDRESS
                : "the system refuses it (" + cause.getMessage() + ").";
    }
}
