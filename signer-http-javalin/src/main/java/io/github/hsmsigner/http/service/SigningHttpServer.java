package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.javalin.JavalinAnswers;
import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.ErrorAnswer;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.time.Duration;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP side of the service: the endpoint, the health checks, and errors in one shape for everything else. */
final class SigningHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(SigningHttpServer.class);
    private static final String ALL_ADDRESSES = "0.0.0.0";

    /** How long requests may go on after the stop signal: less than the 30 s after which Kubernetes kills a process. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    /** How long a client may send nothing while the service stops. */
    private static final Duration PAUSE_WHILE_STOPPING = Duration.ofSeconds(5);

    private final Javalin javalin;

    private SigningHttpServer(Javalin javalin) {
        this.javalin = javalin;
    }

    /**
     * Starts to listen.
     *
     * @param config the settings
     * @param connection gives the signing service
     * @return the running server
     * @throws InvalidConfigurationException if the port cannot be listened on
     */
    static SigningHttpServer start(ServiceConfig config, KeyConnection connection) {
        Javalin javalin = Javalin.create(settings -> {
            configureServer(settings);
            configureErrors(settings.routes);
            new HealthRoutes(connection).addTo(settings.routes);
            settings.registerPlugin(new DocumentEnginePlugin(
                    connection,
                    plugin -> plugin.maxBodyBytes(config.maxBodyBytes())
                            .certificateEncoding(config.certificateEncoding())));
        });
        try {
            javalin.start(ALL_ADDRESSES, config.port());
        } catch (JavalinBindException e) {
            throw new InvalidConfigurationException(
                    "Port " + config.port()
                            + " (SIGNING_SERVICE_PORT) cannot be listened on: it is taken, or this user may not use it.",
                    e);
        }
        // Scripts wait for this line and read the port from it.
        LOG.info("Listening on http://{}:{}{}", ALL_ADDRESSES, javalin.port(), DocumentEnginePlugin.DEFAULT_PATH);
        return new SigningHttpServer(javalin);
    }

    private static void configureServer(JavalinConfig settings) {
        settings.startup.showJavalinBanner = false;
        settings.startup.showOldJavalinVersionWarning = false;
        settings.startup.startupWatcherEnabled = false;
        settings.http.prefer405over404 = true;
        settings.jetty.modifyServer(SigningHttpServer::configureJetty);
        settings.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new JettyErrorAnswers()));
        settings.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    }

    private static void configureJetty(Server server) {
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarted(LifeCycle event) {
                // Jetty's own second is too short for a client that pauses in the middle of its body.
                for (Connector connector : server.getConnectors()) {
                    if (connector instanceof AbstractConnector network) {
                        network.setShutdownIdleTimeout(PAUSE_WHILE_STOPPING.toMillis());
                    }
                }
            }
        });
        server.insertHandler(new GracefulHandler());
        server.setStopTimeout(STOP_LIMIT.toMillis());
        server.setErrorHandler(new JettyErrorAnswers());
    }

    private static void configureErrors(RoutesConfig routes) {
        routes.before(RequestIds::of);
        routes.exception(HttpResponseException.class, SigningHttpServer::answerRefusal);
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("Request {} met an unexpected error.", RequestIds.of(context), e);
            JavalinAnswers.send(context, ErrorAnswer.internal(RequestIds.of(context)));
        });
    }

    private static void answerRefusal(HttpResponseException refusal, Context context) {
        String requestId = RequestIds.of(context);
        JavalinAnswers.send(
                context,
                switch (refusal.getStatus()) {
                    case 404 -> ErrorAnswer.notFound(requestId);
                    // The endpoint answers for itself; the other paths are there to be read.
                    case 405 -> ErrorAnswer.methodNotAllowed("GET, HEAD", requestId);
                    default -> ErrorAnswer.ofHttpServer(refusal.getStatus(), requestId);
                });
    }

    int port() {
        return javalin.port();
    }

    /** Stops to listen, waits a while for requests that are being served, and ends. */
    void stop() {
        javalin.stop();
    }
}
