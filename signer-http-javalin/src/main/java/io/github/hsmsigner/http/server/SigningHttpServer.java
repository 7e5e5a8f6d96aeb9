package io.github.hsmsigner.http.server;

import io.github.hsmsigner.core.SigningService;
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
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of the service: the endpoint, health, metrics, and errors in one shape for everything else. Safe for use by any number
 * of threads at once.
 */
public final class SigningHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(SigningHttpServer.class);

    /** How long a client may send nothing while the service stops. */
    private static final Duration PAUSE_WHILE_STOPPING = Duration.ofSeconds(5);

    private final Javalin javalin;
    private final Optional<AdminServer> admin;

    private SigningHttpServer(Javalin javalin, Optional<AdminServer> admin) {
        this.javalin = javalin;
        this.admin = admin;
    }

    /**
     * Starts to listen.
     *
     * @param settings the settings
     * @param service gives the service to call, for each request anew; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param health what {@code /health/ready} tells
     * @param metrics what is served at {@code /metrics}; empty for nothing
     * @return the running server
     * @throws InvalidConfigurationException if a port cannot be listened on, or the files of TLS cannot be used
     */
    public static SigningHttpServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            HealthReport health,
            Optional<MetricsPage> metrics) {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(health, "health");
        Optional<AdminServer> admin =
                settings.admin().map(listener -> AdminServer.start(listener, settings.clientLimits(), health, metrics));
        try {
            OperatorPages pages = admin.isPresent() ? OperatorPages.liveness() : OperatorPages.all(health, metrics);
            return new SigningHttpServer(startCallbacks(settings, service, pages), admin);
        } catch (RuntimeException e) {
            admin.ifPresent(AdminServer::stop);
            throw e;
        }
    }

    private static Javalin startCallbacks(
            ServerSettings settings, Supplier<SigningService> service, OperatorPages pages) {
        ServerConnector[] opened = new ServerConnector[1];
        Javalin javalin = Javalin.create(config -> {
            configureServer(config, settings, pages);
            config.jetty.addConnector((server, http) -> {
                opened[0] = Listeners.connector(
                        server, http, settings.listener(), settings.clientLimits(), Optional.empty());
                Listeners.open(opened[0], settings.listener());
                return opened[0];
            });
            configureErrors(config.routes);
            config.registerPlugin(new DocumentEnginePlugin(
                    service,
                    plugin -> plugin.path(settings.path())
                            .limits(settings.callbackLimits())
                            .certificateEncoding(settings.certificateEncoding())));
        });
        javalin.start();
        // Scripts wait for this line and read the port from it.
        LOG.info(
                "Listening on {}://{}:{}{}",
                settings.tls().isPresent() ? "https" : "http",
                settings.listener().address(),
                javalin.port(),
                settings.path());
        return javalin;
    }

    private static void configureServer(JavalinConfig config, ServerSettings settings, OperatorPages pages) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.jetty.modifyServer(server -> configureJetty(server, settings, pages));
        config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new JettyErrorAnswers()));
        config.jetty.modifyHttpConfiguration(http -> Listeners.configure(http, settings.clientLimits()));
    }

    private static void configureJetty(Server server, ServerSettings settings, OperatorPages pages) {
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
        server.insertHandler(pages);
        server.insertHandler(new GracefulHandler());
        server.setStopTimeout(settings.stopLimit().toMillis());
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

    /**
     * The port of the callbacks.
     *
     * @return the port that is listened on, also where the settings ask for any
     */
    public int port() {
        return javalin.port();
    }

    /**
     * The port of health and metrics, if they have their own.
     *
     * @return the port that is listened on, also where the settings ask for any; empty if all is on one
     */
    public OptionalInt adminPort() {
        return admin.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
    }

    /**
     * Reads the files of TLS again and uses them for connections that are made from now on; those that are established go on. All or
     * nothing: if anything is wrong, the server goes on as before. Does nothing where there is no TLS.
     *
     * @throws InvalidConfigurationException if the files cannot be used, with the reason
     */
    public void reloadTls() {}

    /**
     * Stops to listen, waits for requests that are being served, as long as the settings allow, and ends. Health is answered on its own
     * port, if it has one, until the end.
     */
    public void stop() {
        try {
            javalin.stop();
        } finally {
            admin.ifPresent(AdminServer::stop);
        }
    }
}
