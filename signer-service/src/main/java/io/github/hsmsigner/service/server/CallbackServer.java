package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.javalin.JavalinResponses;
import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.CallbackObserver;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.MemoryBudget;
import io.github.hsmsigner.http.protocol.MinimumDataRate;
import io.github.hsmsigner.http.protocol.RequestLog;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of the callbacks. A request passes these steps in this order:
 * <ol>
 *   <li>the count of requests for shutdown;
 *   <li>the check of the client's certificate;
 *   <li>the check of its origin;
 *   <li>health and metrics;
 *   <li>the check of its method;
 *   <li>the limit of requests;
 *   <li>Javalin, the only step in which a thread waits.
 * </ol>
 */
final class CallbackServer {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackServer.class);

    /** Threads that accept, select, and serve what does not wait. */
    private static final int THREADS_THAT_DO_NOT_WAIT = 12;

    /** The time for threads to continue that serve a request which was cut off. */
    private static final Duration THREADS_STOP_LIMIT = Duration.ofSeconds(1);

    /** How long a client may be idle during shutdown, if shutdown takes as long. */
    private static final Duration SHUTDOWN_IDLE_TIMEOUT = Duration.ofSeconds(5);

    /** By this Jetty lays out its queues. */
    private static final String REFERENCES_PER_CACHE_LINE = "org.eclipse.jetty.util.referencesPerCacheLine";

    /** Lines of 64 bytes, 4 for a reference. */
    private static final String USUAL_REFERENCES = "16";

    static {
        // Jetty starts the platform's MBean server to find the value unless it is set. That prolongs each startup.
        if (System.getProperty(REFERENCES_PER_CACHE_LINE) == null) {
            System.setProperty(REFERENCES_PER_CACHE_LINE, USUAL_REFERENCES);
        }
    }

    private final ServerSettings settings;
    private final ServerAnswers answers;
    private final RequestObserver observer;
    private final Clock clock;
    private final Optional<ReloadableTls> tls;
    private final ServerLimit.Counter limits = new ServerLimit.Counter();
    private final ConcurrencyLimitHandler concurrency;
    private final MemoryBudget memory;
    private final DrainingHandler draining = new DrainingHandler();
    private final QueuedThreadPool threads;
    private final Javalin javalin;
    private ConnectionLimiter connections;
    private ServerConnector connector;

    private CallbackServer(
            ServerSettings settings,
            Supplier<SigningService> service,
            OperatorPages pages,
            ServerAnswers answers,
            RequestObserver observer,
            Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.tls = settings.tls().map(ReloadableTls::new);
        int maxRequests = settings.clientLimits().maxRequests();
        this.answers = answers;
        this.observer = observer;
        this.memory = new MemoryBudget(settings.clientLimits().maxRequestMemory());
        this.concurrency =
                new ConcurrencyLimitHandler(maxRequests, settings.clientLimits().shareByAddress(), answers, limits);
        this.threads = new QueuedThreadPool(maxRequests + THREADS_THAT_DO_NOT_WAIT, THREADS_THAT_DO_NOT_WAIT);
        // By default, the pool ends one idle thread a minute. It would keep for hours the threads that a burst of
        // requests needed.
        threads.setMaxEvictCount(maxRequests);
        threads.setName("http");
        threads.setStopTimeout(THREADS_STOP_LIMIT.toMillis());
        this.javalin = Javalin.create(config -> {
            configureServer(config, pages);
            configureErrors(config.routes);
            config.registerPlugin(new DocumentEnginePlugin(service, this::configurePlugin));
        });
    }

    /**
     * Starts to listen.
     *
     * @throws InvalidConfigurationException if the port cannot be listened on, or the files of TLS cannot be used
     */
    static CallbackServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            OperatorPages pages,
            ServerAnswers answers,
            RequestObserver observer,
            Clock clock) {
        CallbackServer server = new CallbackServer(settings, service, pages, answers, observer, clock);
        server.javalin.start();
        return server;
    }

    /** Logs the address. Scripts wait for this line and read the port from it. */
    void announce() {
        LOG.info(
                "Listening on {}://{}:{}{}",
                tls.isPresent() ? "https" : "http",
                settings.listener().address(),
                port(),
                settings.path());
    }

    private void configurePlugin(DocumentEnginePlugin.Config plugin) {
        ClientLimits limits = settings.clientLimits();
        plugin.path = settings.path();
        plugin.observer = CallbackObserver.all(new RequestLog(new RequestLogThrottle(System::nanoTime)), observer);
        plugin.limits = settings.callbackLimits()
                .withMinimumDataRate(new MinimumDataRate(limits.minBytesPerSecond(), limits.slowGrace()));
        plugin.memory = memory;
        plugin.certificateEncoding = settings.certificateEncoding();
    }

    private void configureServer(JavalinConfig config, OperatorPages pages) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> configureJetty(server, pages));
        config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new JettyErrorAnswers(answers)));
        config.jetty.modifyHttpConfiguration(http -> Connectors.configure(http, settings.clientLimits()));
        config.jetty.addConnector(this::connector);
    }

    private ServerConnector connector(Server server, HttpConfiguration http) {
        ClientLimits client = settings.clientLimits();
        connector = Connectors.create(
                server, http, settings.listener(), client, connections, tls.map(ReloadableTls::factory));
        // Jetty notices an idle connection twice: it announces the end, and closes if the client does not.
        connector.setShutdownIdleTimeout(
                Math.min(SHUTDOWN_IDLE_TIMEOUT.toMillis(), Math.max(1, settings.stopLimit().toMillis() / 4)));
        Connectors.open(connector, settings.listener());
        return connector;
    }

    private void configureJetty(Server server, OperatorPages pages) {
        ClientLimits client = settings.clientLimits();
        // The handler that is put in last is the first to see a request.
        server.insertHandler(concurrency);
        connections = new ConnectionLimiter(
                client.maxConnections(),
                client.idleTimeout().multipliedBy(2),
                client.responseTimeout(),
                limits,
                server.getScheduler());
        server.insertHandler(new ReadAheadHandler(memory, client, connections));
        server.insertHandler(new PostOnlyHandler(settings.path(), answers));
        server.insertHandler(pages);
        server.insertHandler(new RequestOriginHandler(settings.allowedHosts(), answers));
        tls.ifPresent(
                listener -> server.insertHandler(new ClientCertificateHandler(listener::clientTrust, clock, answers)));
        server.insertHandler(draining);
        server.insertHandler(connections.new RequestHandler());
        // Requests are finished before the server stops.
        server.setStopTimeout(0);
        server.setErrorHandler(new JettyErrorAnswers(answers));
    }

    private void configureErrors(RoutesConfig routes) {
        routes.before(RequestIds::of);
        routes.exception(HttpResponseException.class, (refusal, context) -> answer(context, refusal(refusal, context)));
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("Request {} failed with an unexpected error.", RequestIds.of(context), e);
            answer(context, ErrorResponses.internal(RequestIds.of(context)));
        });
    }

    private void answer(Context context, CallbackResponse answer) {
        answers.report(ServletContextRequest.getServletContextRequest(context.req()), RequestIds.of(context), answer);
        JavalinResponses.send(context, answer);
    }

    private static CallbackResponse refusal(HttpResponseException refusal, Context context) {
        String requestId = RequestIds.of(context);
        return refusal.getStatus() == 404
                ? ServerAnswers.notFound(requestId)
                : ServerAnswers.ofHttpServer(refusal.getStatus(), requestId);
    }

    int port() {
        return connector.getLocalPort();
    }

    Optional<X509Certificate> tlsCertificate() {
        return tls.map(ReloadableTls::certificate);
    }

    void reloadTls() {
        tls.ifPresent(ReloadableTls::reload);
    }

    ServerActivity activity() {
        return new ServerActivity(
                concurrency.inProgress(),
                limits.sum(ServerLimit.MAX_REQUESTS),
                connector.getConnectedEndPoints().size(),
                threads.getThreads());
    }

    /** Returns how often a limit was exceeded. */
    long exceeded(ServerLimit limit) {
        return limit == ServerLimit.REQUEST_MEMORY ? memory.refused() : limits.sum(limit);
    }

    /**
     * Stops within the limit for it.
     *
     * @return whether every request was finished; the others are cut off
     */
    boolean stop() {
        Server server = connector.getServer();
        boolean finished = finishRequests(server);
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The server did not stop in order.", e);
        }
        return finished;
    }

    /**
     * By ourselves, as Jetty only throws an exception when the limit is reached, and then the requests can no more be
     * counted.
     */
    private boolean finishRequests(Server server) {
        long limit = settings.stopLimit().toMillis();
        Deadline deadline = Deadline.after(settings.stopLimit());
        try {
            Graceful.shutdown(server).get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            long requests = draining.inProgress();
            LOG.warn(
                    "The stop limit of {} ms is reached; cut off: requests={} connections={}",
                    limit,
                    requests,
                    connector.getConnectedEndPoints().size());
            return requests == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The server did not stop in order.", e);
        }
    }
}
