package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The management endpoints on a separate listener, with its own threads, in plain HTTP. Callers of the callback cannot
 * affect it.
 */
record AdminServer(Server server, ServerConnector connector) {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int MAX_THREADS = 8;
    private static final int MAX_CONNECTIONS = 256;

    /** How long a connection may be silent, send a header, or take a response. Probes and Prometheus take no longer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * Starts to listen.
     *
     * @throws InvalidConfigurationException if the port cannot be listened on
     */
    static AdminServer start(ListenerSettings listener, ClientLimits limits, ManagementEndpoints.Sources sources) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 2);
        threads.setName("admin");
        Server server = new Server(threads);
        ConnectionLimiter connections = new ConnectionLimiter(
                MAX_CONNECTIONS, TIMEOUT, TIMEOUT, new ServerLimit.Counter(), server.getScheduler());
        HttpConfiguration http = new HttpConfiguration();
        Connectors.configure(http, limits);
        ServerConnector connector = Connectors.create(server, http, listener, limits, connections, Optional.empty());
        connector.setIdleTimeout(TIMEOUT.toMillis());
        server.addConnector(connector);
        ServerResponses responses = new ServerResponses(response -> {});
        server.setErrorHandler(responses.errorHandler());
        server.setHandler(new ManagementEndpoints(Optional.of(sources), Optional.of(sources.logins()), responses));
        server.insertHandler(new RequestOriginHandler(Set.of(), responses));
        server.insertHandler(connections.new RequestHandler());
        Connectors.open(connector, listener);
        try {
            server.start();
        } catch (Exception e) {
            connector.close();
            throw new IllegalStateException("The admin listener could not be started.", e);
        }
        LOG.info("Health and metrics on http://{}:{}/ (admin port).", listener.address(), connector.getLocalPort());
        return new AdminServer(server, connector);
    }

    int port() {
        return connector.getLocalPort();
    }

    /** Returns whether the listener stopped in order. */
    boolean stop() {
        try {
            server.stop();
            return true;
        } catch (Exception e) {
            LOG.error("The admin listener did not stop in order.", e);
            return false;
        }
    }
}
