package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.javalin.JavalinResponses;
import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.MemoryBudget;
import io.github.hsmsigner.http.protocol.MinimumDataRate;
import io.github.hsmsigner.http.protocol.RequestLog;
import io.github.hsmsigner.service.log.LogLineEncoder;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
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
 * The HTTP server of the service, and its admin port if it is set. A request on the port of the callbacks passes these
 * handlers in this order:
 * <ol>
 *   <li>{@link ConnectionLimiter}, which also counts requests for shutdown;
 *   <li>{@link ClientCertificateHandler};
 *   <li>{@link RequestOriginHandler};
 *   <li>{@link ManagementEndpoints};
 *   <li>{@link PostOnlyHandler};
 *   <li>{@link RequestBodyHandler};
 *   <li>{@link ConcurrencyLimitHandler};
 *   <li>Javalin, the only step in which a thread waits.
 * </ol>
 *
 * <p>Thread-safe.
 */
public final class SigningHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(SigningHttpServer.class);

    /** Threads that accept, select, and serve what does not wait. */
    private static final int THREADS_THAT_DO_NOT_WAIT = 12;

    /** The time for threads to end that serve an aborted request. */
    private static final Duration THREADS_STOP_LIMIT = Duration.ofSeconds(1);

    /** How long a client may be idle during shutdown, if the stop limit is long enough. */
    private static final Duration SHUTDOWN_IDLE_TIMEOUT = Duration.ofSeconds(5);

    static {
        // Jetty starts the platform's MBean server to find the value unless it is set, which prolongs startup. The
        // value is that of cache lines of 64 bytes with references of 4 bytes.
        if (System.getProperty("org.eclipse.jetty.util.referencesPerCacheLine") == null) {
            System.setProperty("org.eclipse.jetty.util.referencesPerCacheLine", "16");
        }
    }

    private final ServerSettings settings;
    private final RequestObserver observer;
    private final Clock clock;
    private final ServerResponses responses;
    private final Optional<ReloadableTls> tls;
    private final ServerLimit.Counter limits = new ServerLimit.Counter();
    private final ConcurrencyLimitHandler concurrency;
    private final MemoryBudget memory;
    private final QueuedThreadPool threads;
    private ConnectionLimiter connections;
    private ServerConnector connector;
    private Optional<AdminServer> admin = Optional.empty();

    private SigningHttpServer(ServerSettings settings, RequestObserver observer, Clock clock, String threadName) {
        ClientLimits client = settings.clientLimits();
        this.settings = settings;
        this.observer = observer;
        this.clock = clock;
        this.responses = new ServerResponses(observer::answeredByServer);
        this.tls = settings.tls().map(ReloadableTls::new);
        this.memory = new MemoryBudget(client.maxRequestMemory());
        this.concurrency =
                new ConcurrencyLimitHandler(client.maxRequests(), client.shareByAddress(), responses, limits);
        this.threads = new QueuedThreadPool(client.maxRequests() + THREADS_THAT_DO_NOT_WAIT, THREADS_THAT_DO_NOT_WAIT);
        // By default, the pool ends one idle thread a minute. It would keep the threads of a burst for hours.
        threads.setMaxEvictCount(client.maxRequests());
        threads.setName(threadName);
        threads.setStopTimeout(THREADS_STOP_LIMIT.toMillis());
    }

    /**
     * Starts to listen: first on the port of the callbacks, then on that of the management endpoints.
     *
     * @param service returns the service; called for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param observer receives a report of each request, in addition to the log
     * @param clock the clock by which clients' certificates expire
     * @throws InvalidConfigurationException if a port cannot be listened on, or the files of TLS cannot be used
     */
    public static SigningHttpServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            ManagementEndpoints.Sources sources,
            RequestObserver observer,
            Clock clock) {
        SigningHttpServer server = new SigningHttpServer(settings, observer, clock, "http");
        Optional<ManagementEndpoints.Sources> ownSources =
                settings.admin().isPresent() ? Optional.empty() : Optional.of(sources);
        server.javalin(service, new ManagementEndpoints(ownSources, Optional.empty(), server.responses))
                .start();
        // The admin port opens last, so that a probe that sees 200 there finds the callback port open.
        try {
            server.admin =
                    settings.admin().map(listener -> AdminServer.start(listener, settings.clientLimits(), sources));
        } catch (RuntimeException e) {
            server.stop();
            throw e;
        }
        // Scripts wait for this line and read the port from it.
        LOG.info(
                "Listening on {}://{}:{}{}",
                server.tls.isPresent() ? "https" : "http",
                settings.listener().address(),
                server.port(),
                settings.path());
        return server;
    }

    /**
     * Starts a server for the {@linkplain LogLineEncoder#WARM_UP_THREADS warm-up}: with these settings, but on any port
     * of the loopback interface, without TLS and without management endpoints. Its log lines are not written.
     */
    public static SigningHttpServer startForWarmUp(
            ServerSettings settings, Supplier<SigningService> service, RequestObserver observer, Clock clock) {
        SigningHttpServer server =
                new SigningHttpServer(settings.onLoopback(), observer, clock, LogLineEncoder.WARM_UP_THREADS);
        server.javalin(service, new ManagementEndpoints(Optional.empty(), Optional.empty(), server.responses))
                .start();
        return server;
    }

    private Javalin javalin(Supplier<SigningService> service, ManagementEndpoints endpoints) {
        return Javalin.create(config -> {
            configureServer(config, endpoints);
            configureErrors(config.routes);
            config.registerPlugin(new DocumentEnginePlugin(service, this::configurePlugin));
        });
    }

    private void configurePlugin(DocumentEnginePlugin.Config plugin) {
        ClientLimits client = settings.clientLimits();
        plugin.path = settings.path();
        plugin.observers = List.of(new RequestLog(new RequestLogThrottle(System::nanoTime)), observer);
        plugin.limits = settings.callbackLimits()
                .withMinimumDataRate(new MinimumDataRate(client.minBytesPerSecond(), client.slowGrace()));
        plugin.memory = memory;
        plugin.certificateEncoding = settings.certificateEncoding();
    }

    private void configureServer(JavalinConfig config, ManagementEndpoints endpoints) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> configureJetty(server, endpoints));
        config.jetty.modifyServletContextHandler(context -> {
            context.setErrorHandler(responses.errorHandler());
            context.setSessionHandler(new NoSessions());
        });
        config.jetty.modifyHttpConfiguration(http -> Connectors.configure(http, settings.clientLimits()));
        config.jetty.addConnector(this::openConnector);
    }

    private ServerConnector openConnector(Server server, HttpConfiguration http) {
        connector = Connectors.create(server, http, settings.listener(), settings.clientLimits(), connections, tls);
        // Jetty notices an idle connection twice: it announces the end, and closes if the client does not.
        connector.setShutdownIdleTimeout(Math.min(
                SHUTDOWN_IDLE_TIMEOUT.toMillis(),
                Math.max(1, settings.stopLimit().toMillis() / 4)));
        Connectors.open(connector, settings.listener());
        return connector;
    }

    private void configureJetty(Server server, ManagementEndpoints endpoints) {
        ClientLimits client = settings.clientLimits();
        // Javalin's default, a StatisticsHandler, would wrap each request and response, and nothing reads its numbers.
        server.setHandler((Handler) null);
        connections = new ConnectionLimiter(
                client.maxConnections(),
                client.idleTimeout().multipliedBy(2),
                client.responseTimeout(),
                limits,
                server.getScheduler());
        // The handler that is inserted last is the first to see a request.
        server.insertHandler(concurrency);
        server.insertHandler(new RequestBodyHandler(memory, client, connections));
        server.insertHandler(new PostOnlyHandler(settings.path(), responses));
        server.insertHandler(endpoints);
        server.insertHandler(new RequestOriginHandler(settings.allowedHosts(), responses));
        tls.ifPresent(reloadable -> server.insertHandler(
                new ClientCertificateHandler(reloadable::clientCertificateVerifier, clock, responses)));
        server.insertHandler(connections.new RequestHandler());
        // Requests are finished before the server stops.
        server.setStopTimeout(0);
        server.setErrorHandler(responses.errorHandler());
    }

    private void configureErrors(RoutesConfig routes) {
        routes.before(RequestIds::of);
        routes.exception(
                HttpResponseException.class,
                (e, context) -> send(context, ServerResponses.ofHttpServer(e.getStatus(), RequestIds.of(context))));
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("Request {} failed with an unexpected error.", RequestIds.of(context), e);
            send(context, ErrorResponses.internal(RequestIds.of(context)));
        });
    }

    private void send(Context context, CallbackResponse answer) {
        responses.report(ServletContextRequest.getServletContextRequest(context.req()), RequestIds.of(context), answer);
        JavalinResponses.send(context, answer);
    }

    /** Opens a port for a moment and returns its number, or throws {@link InvalidConfigurationException}. */
    public static int checkPort(ListenerSettings listener) {
        return Connectors.check(listener);
    }

    /** Reads the files of TLS and returns the certificate, or throws {@link InvalidConfigurationException}. */
    public static X509Certificate checkFiles(TlsSettings tls) {
        return TlsIdentity.read(tls).certificate();
    }

    /** {@return the port of the callbacks, also where the settings ask for any} */
    public int port() {
        return connector.getLocalPort();
    }

    /** {@return the port of the management endpoints, also where the settings ask for any; empty if they have none} */
    public OptionalInt adminPort() {
        return admin.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
    }

    /** {@return the TLS certificate that new connections get; empty without TLS} */
    public Optional<X509Certificate> tlsCertificate() {
        return tls.map(ReloadableTls::certificate);
    }

    /**
     * Reads the files of TLS again and uses them for new connections. Established connections continue, except those
     * whose client certificate comes from an authority that is no longer trusted: their next request is refused. If
     * anything is wrong with the files, nothing changes and this throws {@link InvalidConfigurationException}. Does
     * nothing without TLS.
     */
    public void reloadTls() {
        tls.ifPresent(ReloadableTls::reload);
    }

    /** Skips the preparation of each request for a session, because no request has one. */
    private static final class NoSessions extends SessionHandler {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            return getHandler().handle(request, response, callback);
        }
    }

    /** The current requests except for the management endpoints, and those refused because there were too many. */
    record Activity(int requests, long refused, int connections, int threads) {}

    Activity activity() {
        return new Activity(
                concurrency.inProgress(),
                limits.sum(ServerLimit.MAX_REQUESTS),
                connector.getConnectedEndPoints().size(),
                threads.getThreads());
    }

    /** {@return how often clients exceeded a limit of the port of the callbacks since startup} */
    public long exceeded(ServerLimit limit) {
        return limit == ServerLimit.REQUEST_MEMORY ? memory.refused() : limits.sum(limit);
    }

    /**
     * Stops listening, waits for the current requests as long as the settings allow, and aborts the others. Returns
     * whether every request was finished and nothing failed. A separate admin port answers until the end.
     */
    public boolean stop() {
        boolean inOrder = false;
        try {
            inOrder = finishRequests();
            connector.getServer().stop();
        } catch (Exception e) {
            LOG.error("The server did not stop in order.", e);
            inOrder = false;
        }
        return admin.map(AdminServer::stop).orElse(true) && inOrder;
    }

    /** Jetty's own wait ends with an exception at its limit, and then the requests can no longer be counted. */
    private boolean finishRequests() throws ExecutionException {
        try {
            connector.shutdown().get(settings.stopLimit().toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            int requests = connections.requests();
            LOG.warn(
                    "The stop limit of {} ms is reached; cut off: requests={} connections={}",
                    settings.stopLimit().toMillis(),
                    requests,
                    connector.getConnectedEndPoints().size());
            return requests == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
