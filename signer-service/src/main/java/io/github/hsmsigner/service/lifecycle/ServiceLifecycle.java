package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.auth.PolicySettings;
import io.github.hsmsigner.service.auth.ReloadablePolicy;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsFile;
import io.github.hsmsigner.service.config.UsableSettings;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.ServerLimit;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service from its start to its stop: first what is on this machine, then the tokens, then the port; at the end the
 * other way round. Started and closed once.
 */
final class ServiceLifecycle implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceLifecycle.class);

    /**
     * How long the port waits for the tokens. Ready services answer the first request; but an HSM that hangs must not
     * keep liveness probes unanswered until the process is killed, which with usual settings takes 30 s.
     */
    private static final Duration FIRST_ATTEMPT_LIMIT = Duration.ofSeconds(10);

    private final ServiceSettings settings;
    private final Optional<SettingsFile> file;
    private final Function<Pkcs11Config, Pkcs11Token> tokenOpener;
    private final ServiceMetrics metrics;
    private final ChangedFiles changedFiles = new ChangedFiles(Clock.systemUTC());
    private volatile AuditFile audit;
    private Optional<OnlineRevocationSource> revocation = Optional.empty();
    private volatile TokenManager keys;
    private volatile ReadinessCheck health;
    private volatile SigningHttpServer server;
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * Prepares a service.
     *
     * @param settings the settings
     * @param file the file that they come from; empty if they come from the environment
     * @param version what runs, for the metrics
     */
    ServiceLifecycle(ServiceSettings settings, Optional<SettingsFile> file, String version) {
        this(settings, file, version, Pkcs11Token::open);
    }

    /** Prepares a service that opens tokens in another way, so that tests can inject faults. */
    ServiceLifecycle(
            ServiceSettings settings,
            Optional<SettingsFile> file,
            String version,
            Function<Pkcs11Config, Pkcs11Token> tokenOpener) {
        this.settings = settings;
        this.file = file;
        this.tokenOpener = tokenOpener;
        this.metrics = ServiceMetrics.create(version);
    }

    /**
     * Starts; returns once the port is open.
     *
     * @throws CannotStartException if the settings cannot work; close this service then
     * @throws InterruptedException if the wait for the tokens is interrupted
     */
    void start() throws CannotStartException, InterruptedException {
        open();
        started = true;
    }

    private void open() throws CannotStartException, InterruptedException {
        settings.warnings().forEach(warning -> LOG.warn("Settings: {}", warning));
        WatchedFiles watched = new WatchedFiles(settings, file, metrics);
        LocalResources local = new LocalResources(UsableSettings.of(settings), Clock.systemUTC());
        audit = local.audit().orElse(null);
        revocation = local.revocation();
        throwIfAny(local.problems());
        ReloadablePolicy policy = local.policy().orElseThrow();

        SigningServiceFactory factory = new SigningServiceFactory(
                settings, local.containers().orElseThrow(), policy, audit == null ? AuditLog.none() : audit, metrics);
        keys = new TokenManager(
                settings,
                new SigningKeyVerifier(settings.signatures(), Clock.systemUTC()),
                factory,
                new MeasuredTokens(metrics),
                tokenOpener);
        local.keys().forEach(keys.registry()::use);
        throwIfAny(keys.openTokens(FIRST_ATTEMPT_LIMIT));

        announce(settings.access());
        health = new ReadinessCheck(
                settings.keys().keySet(),
                keys,
                () -> Stream.concat(policy.settings().warnings().stream(), watched.problems().stream())
                        .toList(),
                Optional.ofNullable(audit),
                changedFiles);
        bind(factory, policy);
        server = startServer();
        server.tlsCertificate()
                .ifPresent(first -> metrics.bindTlsCertificate(() ->
                        server.tlsCertificate().orElse(first).getNotAfter().toInstant()));
        changedFiles.start(watched.watches(keys, policy, server));
        for (ServerLimit limit : ServerLimit.values()) {
            metrics.bindHttpLimit(limit.text(), () -> server.exceeded(limit));
        }
        metrics.bindRuntime();
    }

    private static void throwIfAny(List<String> problems) throws CannotStartException {
        if (!problems.isEmpty()) {
            throw new CannotStartException(problems);
        }
    }

    private SigningHttpServer startServer() throws CannotStartException {
        try {
            ServerSettings server = serverSettings();
            SigningHttpServer.logHeapDemand(server, settings.signatures().largestRevocationInfo());
            return SigningHttpServer.start(
                    server,
                    keys.registry(),
                    health,
                    Optional.of(new MetricsText(metrics)),
                    keys,
                    new CountedRequests(metrics));
        } catch (InvalidConfigurationException e) {
            throw new CannotStartException(List.of(e.getMessage()));
        }
    }

    private void bind(SigningServiceFactory factory, ReloadablePolicy policy) {
        metrics.bindKeys(keys.registry()::keys);
        metrics.bindReadiness(() -> health.ready().ready());
        metrics.bindPolicyOpen(() -> policy.settings().isOpenByDefault());
        metrics.bindFileChecks(changedFiles::lastCheck);
        factory.queues().forEach(metrics::bindQueue);
        if (audit != null) {
            metrics.bindAudit(audit);
        }
        revocation.ifPresent(source -> metrics.bindRevocation(source::refreshes, source::failedRefreshes));
    }

    /** The deadline is one of the settings for signatures, and it is the callback that keeps it. */
    private ServerSettings serverSettings() {
        ServerSettings server = settings.server();
        return new ServerSettings(
                server.listener(),
                server.path(),
                server.tls(),
                server.admin(),
                server.callbackLimits().toBuilder()
                        .timeLimit(settings.signatures().deadline())
                        .build(),
                server.certificateEncoding(),
                server.clientLimits(),
                server.stopLimit(),
                server.allowedHosts());
    }

    private void announce(AccessSettings access) {
        LOG.info(
                "Policy: {}; rules for {} callers, and {} for all others.",
                access.policies().stream().map(PolicySettings::kind).collect(Collectors.joining(" and ")),
                access.callers().size(),
                access.others().isPresent() ? "rules" : "nothing allowed");
        access.warnings().forEach(warning -> LOG.warn("Policy: {}", warning));
        access.certificateWarnings(settings.keys().keySet()).forEach(warning -> LOG.warn("Policy: {}", warning));
        settings.audit()
                .ifPresentOrElse(
                        file -> LOG.info("Audit log: {}.", file.file()), () -> LOG.info("Audit log: none is set."));
    }

    int port() {
        return server.port();
    }

    OptionalInt adminPort() {
        return server.adminPort();
    }

    /** Finishes the requests that are being served, and closes the audit log and the tokens. */
    @Override
    public void close() {
        if (started) {
            LOG.info("Stopping.");
        }
        if (health != null) {
            health.stopping();
        }
        changedFiles.close();
        boolean served = server == null || stopped(server);
        if (audit != null) {
            audit.close();
        }
        revocation.ifPresent(OnlineRevocationSource::close);
        metrics.close();
        if (keys != null && !keys.close()) {
            LOG.error("Shutdown incomplete: a PKCS#11 call did not return.");
            return;
        }
        closed = served;
        if (started) {
            LOG.info("Stopped.");
        }
    }

    /** Closes the parts behind the server even if the server could not stop in order. */
    private static boolean stopped(SigningHttpServer server) {
        try {
            return server.stop();
        } catch (RuntimeException e) {
            LOG.error("The server did not stop in order.", e);
            return false;
        }
    }

    /** Returns whether all that was open is closed, in order. */
    boolean isClosed() {
        return closed;
    }
}
