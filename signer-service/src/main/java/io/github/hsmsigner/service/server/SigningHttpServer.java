package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of the service: the endpoint, health, metrics, and errors in one shape for everything else.
 * Thread-safe.
 */
public final class SigningHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(SigningHttpServer.class);

    private final CallbackServer callbacks;
    private final Optional<AdminServer> admin;

    private SigningHttpServer(CallbackServer callbacks, Optional<AdminServer> admin) {
        this.callbacks = callbacks;
        this.admin = admin;
    }

    /**
     * Starts to listen: first on the port of the callbacks, then on that of health and metrics.
     *
     * @param settings the settings
     * @param service returns the service; called for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param health the report for {@code /health/ready}
     * @param metrics the content of {@code /metrics}; empty for none
     * @param observer receives a report of each request, in addition to the log
     * @return the running server
     * @throws InvalidConfigurationException if a port cannot be listened on, or the files of TLS cannot be used
     */
    public static SigningHttpServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            HealthReport health,
            Optional<MetricsPage> metrics,
            RequestObserver observer) {
        return start(settings, service, health, metrics, Optional.empty(), observer, Clock.systemUTC());
    }

    /**
     * Starts to listen, with the control of logins on the admin port, if there is one.
     *
     * @param settings the settings
     * @param service gives the service to call, for each request; throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException} while there is none
     * @param health what {@code /health/ready} reports
     * @param metrics what is served at {@code /metrics}; empty for nothing
     * @param logins allows logins to tokens again
     * @param observer the observer of requests
     * @return the running server
     * @throws InvalidConfigurationException if a port cannot be listened on, or the files of TLS cannot be used
     */
    public static SigningHttpServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            HealthReport health,
            Optional<MetricsPage> metrics,
            LoginControl logins,
            RequestObserver observer) {
        return start(settings, service, health, metrics, Optional.of(logins), observer, Clock.systemUTC());
    }

    /** Starts to listen, with a clock by which clients' certificates expire. */
    static SigningHttpServer start(
            ServerSettings settings,
            Supplier<SigningService> service,
            HealthReport health,
            Optional<MetricsPage> metrics,
            Optional<LoginControl> logins,
            RequestObserver observer,
            Clock clock) {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(observer, "observer");
        Objects.requireNonNull(health, "health");
        ServerAnswers answers = new ServerAnswers(observer::answeredByServer, System::nanoTime);
        OperatorPages pages = settings.admin().isPresent()
                ? OperatorPages.liveness(answers)
                : OperatorPages.all(health, metrics, answers);
        // The admin port opens last, so that a probe that sees 200 there finds the callback port open.
        CallbackServer callbacks = CallbackServer.start(settings, service, pages, answers, observer, clock);
        try {
            Optional<AdminServer> admin = settings.admin()
                    .map(listener -> AdminServer.start(listener, settings.clientLimits(), health, metrics, logins));
            callbacks.announce();
            return new SigningHttpServer(callbacks, admin);
        } catch (RuntimeException e) {
            callbacks.stop();
            throw e;
        }
    }

    /**
     * Checks whether a server could start: reads the files of TLS, and takes the ports for a moment.
     *
     * @param listeners where it listens
     * @param tls TLS of the callbacks
     * @return what is wrong, one sentence each; empty if nothing is
     */
    public static List<String> problems(List<ListenerSettings> listeners, Optional<TlsSettings> tls) {
        List<String> problems = new ArrayList<>();
        tls.ifPresent(settings -> collect(problems, () -> TlsIdentity.read(settings)));
        listeners.forEach(listener -> collect(problems, () -> Connectors.check(listener)));
        return problems;
    }

    /**
     * Compares the heap of this process with the limits on clients.
     *
     * @param settings the settings
     * @param revocationBytes the largest revocation information of a container; 0 for none
     * @return a warning and what to do, if clients can make the server use more heap than there is
     */
    public static Optional<String> heapWarning(ServerSettings settings, long revocationBytes) {
        HeapDemand demand = HeapDemand.of(settings, revocationBytes);
        return demand.fits()
                ? Optional.empty()
                : Optional.of(demand + " Lower " + demand.settings() + ", or raise -Xmx.");
    }

    /**
     * Logs the heap that clients can make the server use, at WARN if it is more than there is.
     *
     * @param settings the settings
     * @param revocationBytes the largest revocation information of a container; 0 for none
     */
    public static void logHeapDemand(ServerSettings settings, long revocationBytes) {
        heapWarning(settings, revocationBytes)
                .ifPresentOrElse(LOG::warn, () -> LOG.info("{}", HeapDemand.of(settings, revocationBytes)));
    }

    private static void collect(List<String> problems, Runnable check) {
        try {
            check.run();
        } catch (InvalidConfigurationException e) {
            problems.add(e.getMessage());
        }
    }

    /**
     * Returns the port of the callbacks.
     *
     * @return the port that is listened on, also where the settings ask for any
     */
    public int port() {
        return callbacks.port();
    }

    /**
     * Returns the port of health and metrics, if they have their own.
     *
     * @return the port that is listened on, also where the settings ask for any; empty if all is on one
     */
    public OptionalInt adminPort() {
        return admin.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
    }

    /**
     * Returns the TLS certificate that new connections get.
     *
     * @return the certificate of the server; empty without TLS
     */
    public Optional<X509Certificate> tlsCertificate() {
        return callbacks.tlsCertificate();
    }

    /**
     * Reads the files of TLS again and uses them for connections that are made from now on. Connections that are
     * established continue, except those whose client certificate comes from an authority that is no longer trusted:
     * their next request is refused. If anything is wrong with the files, nothing changes. Does nothing where there is
     * no TLS.
     *
     * @throws InvalidConfigurationException if the files cannot be used, with the reason
     */
    public void reloadTls() {
        callbacks.reloadTls();
    }

    /**
     * Returns the current load of the server, for metrics.
     *
     * @return the numbers
     */
    public ServerActivity activity() {
        return callbacks.activity();
    }

    /**
     * Returns how often clients exceeded a limit of the listener of callbacks.
     *
     * @param limit the limit
     * @return the number since startup
     */
    public long exceeded(ServerLimit limit) {
        return callbacks.exceeded(limit);
    }

    /**
     * Stops listening, waits for the current requests as long as the settings allow, and ends. If health has a separate
     * port, it is answered there until the end.
     *
     * @return whether every request was finished; the others are cut off
     */
    public boolean stop() {
        try {
            return callbacks.stop();
        } finally {
            admin.ifPresent(AdminServer::stop);
        }
    }
}
