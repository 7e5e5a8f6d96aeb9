package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Health, metrics and what operators do, on a listener with its own threads, in plain HTTP: nothing that callers of the
 * callback do reaches it.
 */
final class AdminServer {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int MAX_THREADS = 8;
    private static final int MAX_CONNECTIONS = 256;

    /** How long a connection may be silent, send a header, or take a response. Probes and Prometheus take no longer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Server server;
    private final ServerConnector connector;

    private AdminServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Starts to listen.
     *
     * @throws InvalidConfigurationException if the port cannot be listened on
     */
    static AdminServer start(
            ListenerSettings listener,
            ClientLimits limits,
            HealthReport health,
            Optional<MetricsPage> metrics,
            Optional<LoginControl> logins) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 2);
        threads.setName("admin");
        Server server = new Server(threads);
        ClientLimits own = limits.withMaxConnections(MAX_CONNECTIONS).withIdleTimeout(TIMEOUT);
        ConnectionLimiter connections = new ConnectionLimiter(
                MAX_CONNECTIONS, TIMEOUT, TIMEOUT, new ServerLimit.Counter(), server.getScheduler());
        HttpConfiguration http = new HttpConfiguration();
        Connectors.configure(http, limits);
        ServerConnector connector =
                Connectors.create(server, http, listener, own, connections, Optional.empty());
        server.addConnector(connector);
        ServerAnswers answers = new ServerAnswers(answer -> {}, System::nanoTime);
        server.setErrorHandler(new JettyErrorAnswers(answers));
        OperatorPages pages = OperatorPages.all(health, metrics, answers);
        Handler nothingElse = new NothingElse(answers);
        pages.setHandler(logins.<Handler>map(control -> new LoginControlPages(nothingElse, control, answers))
                .orElse(nothingElse));
        server.setHandler(pages);
        server.insertHandler(new RequestOriginHandler(Set.of(), answers));
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

    void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The admin listener did not stop in order.", e);
        }
    }

    private static final class NothingElse extends Handler.Abstract.NonBlocking {

        private final ServerAnswers answers;

        NothingElse(ServerAnswers answers) {
            this.answers = answers;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            answers.send(request, response, callback, ServerAnswers::notFound);
            return true;
        }
    }
}
