package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.PolicySettings;
import io.github.hsmsigner.access.ReloadablePolicy;
import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.micrometer.MicrometerPkcs11Listener;
import io.github.hsmsigner.micrometer.SignerMeterBinders;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import io.github.hsmsigner.service.config.SettingsReader.SettingsFile;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.metrics.ServiceMetrics.Reload;
import io.github.hsmsigner.service.server.HeapDemand;
import io.github.hsmsigner.service.server.ManagementEndpoints;
import io.github.hsmsigner.service.server.ServerLimit;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import io.github.hsmsigner.service.server.TlsSettings;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the service. Startup opens the local resources, then the tokens, then the port. Shutdown closes them
 * in the reverse order. Started and closed once.
 */
final class ServiceLifecycle implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceLifecycle.class);

    /**
     * The longest time that the port waits for the tokens. Then the first request finds a ready service. An HSM that
     * hangs must not keep liveness probes unanswered until the process is killed, with usual settings after 30 s.
     */
    private static final Duration FIRST_ATTEMPT_LIMIT = Duration.ofSeconds(10);

    private final ServiceSettings settings;
    private final Optional<SettingsFile> file;
    private final Function<Pkcs11Config, Pkcs11Token> tokenOpener;
    private final ServiceMetrics metrics;
    private final WarmUp warmUp;
    private final ChangedFileReloader reloader;
    private Optional<OnlineRevocationSource> revocation = Optional.empty();
    private volatile AuditFile audit;
    private volatile ReloadablePolicy policy;
    private volatile TokenManager tokens;
    private volatile ReadinessCheck readiness;
    private volatile SigningHttpServer server;
    private volatile boolean started;
    private volatile boolean closed;

    /** Prepares a service. The file is that of the settings; empty if they come from the environment. */
    ServiceLifecycle(ServiceSettings settings, Optional<SettingsFile> file, String version) {
        this(settings, file, version, Pkcs11Token::open, ChangedFileReloader.PAUSE);
    }

    /** Prepares a service that opens tokens in another way, so that tests can inject faults. */
    ServiceLifecycle(
            ServiceSettings settings,
            Optional<SettingsFile> file,
            String version,
            Function<Pkcs11Config, Pkcs11Token> tokenOpener) {
        this(settings, file, version, tokenOpener, ChangedFileReloader.PAUSE);
    }

    /** Prepares a service that checks its files at another interval, so that tests wait less. */
    ServiceLifecycle(
            ServiceSettings settings,
            Optional<SettingsFile> file,
            String version,
            Function<Pkcs11Config, Pkcs11Token> tokenOpener,
            Duration reloadPause) {
        this.settings = settings;
        this.file = file;
        this.tokenOpener = tokenOpener;
        this.metrics = new ServiceMetrics(version);
        this.warmUp = new WarmUp(settings);
        this.reloader = new ChangedFileReloader(Clock.systemUTC(), reloadPause);
    }

    /** Starts; returns when the port is open. The caller closes this service after an exception. */
    void start() throws CannotStartException, InterruptedException {
        settings.warnings().forEach(warning -> LOG.warn("Settings: {}", warning));
        watchFiles();
        LocalResources local = LocalResources.open(UsableSettings.of(settings), Clock.systemUTC());
        audit = local.audit().orElse(null);
        revocation = local.revocation();
        CannotStartException.throwIfAny(local.problems());
        policy = local.policy().orElseThrow();

        SigningServiceFactory factory = new SigningServiceFactory(
                settings,
                local.containers().orElseThrow(),
                policy,
                audit == null ? AuditLog.none() : audit,
                metrics.signing());
        tokens = new TokenManager(
                settings, new SigningKeyVerifier(settings.signatures(), Clock.systemUTC()), factory, this::openToken);
        local.keys().forEach(tokens.registry()::register);
        CannotStartException.throwIfAny(tokens.open(FIRST_ATTEMPT_LIMIT));

        announce(settings.access());
        readiness = new ReadinessCheck(
                tokens, () -> policy.settings().warnings(), Optional.ofNullable(audit), reloader, warmUp::isDone);
        bindMetrics(factory);
        server = startServer();
        bindServerMetrics();
        warmUp.start(tokens.registry().keys());
        reloader.start();
        metrics.bindRuntime();
        started = true;
    }

    private Pkcs11Token openToken(String name, Pkcs11Config config) {
        MicrometerPkcs11Listener listener = metrics.tokenListener(name);
        Pkcs11Token token =
                tokenOpener.apply(config.toBuilder().listener(listener).build());
        listener.monitor(token);
        return token;
    }

    private SigningHttpServer startServer() throws CannotStartException {
        try {
            ServerSettings server = settings.server();
            HeapDemand.of(server, settings.signatures().largestRevocationInfo()).log();
            ServerMetricsAdapter adapter = new ServerMetricsAdapter(metrics);
            return SigningHttpServer.start(
                    server,
                    tokens.registry(),
                    new ManagementEndpoints.Sources(readiness::ready, adapter::page, tokens),
                    adapter,
                    Clock.systemUTC());
        } catch (InvalidConfigurationException e) {
            throw new CannotStartException(List.of(e.getMessage()));
        }
    }

    private void bindMetrics(SigningServiceFactory factory) {
        metrics.bindState(
                tokens.registry()::keys,
                () -> readiness.ready().ready(),
                () -> policy.settings().isOpenByDefault(),
                reloader::lastCheck);
        factory.queues().forEach((name, queue) -> metrics.bind(SignerMeterBinders.queue(name, queue)));
        if (audit != null) {
            metrics.bind(SignerMeterBinders.audit(audit));
        }
        revocation.ifPresent(source -> metrics.bind(SignerMeterBinders.revocation(source)));
    }

    private void bindServerMetrics() {
        server.tlsCertificate()
                .ifPresent(first -> metrics.bindTlsCertificate(() ->
                        server.tlsCertificate().orElse(first).getNotAfter().toInstant()));
        for (ServerLimit limit : ServerLimit.values()) {
            metrics.bindHttpLimit(limit.text(), () -> server.exceeded(limit));
        }
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

    /** Watches the files of the settings. Called before they are read, so that no change is missed. */
    private void watchFiles() {
        settings.tokens()
                .forEach((name, token) -> token.pinFile()
                        .ifPresent(pin -> watch(
                                "PIN file of token \"" + name + "\"",
                                Reload.PIN,
                                () -> List.of(pin),
                                () -> reloadPin(token))));
        file.ifPresent(source ->
                watch("Configuration file", Reload.POLICY, () -> List.of(source.path()), () -> reloadAccess(source)));
        watch(
                "Certificate files",
                Reload.CERTIFICATES,
                () -> settings.keys().values().stream()
                        .map(KeySettings::certificates)
                        .flatMap(files -> Stream.concat(files.signer().stream(), files.issuers().stream()))
                        .toList(),
                this::reloadCertificates);
        watch(
                "Policy files",
                Reload.POLICY,
                () -> (policy == null ? settings.access() : policy.settings()).files(),
                this::reloadPolicy);
        watch(
                "TLS files",
                Reload.TLS,
                () -> settings.server().tls().map(TlsSettings::files).orElse(List.of()),
                this::reloadTls);
    }

    private void watch(String name, Reload kind, Supplier<List<Path>> files, Supplier<String> reload) {
        reloader.watch(name, files, reload, reloaded -> metrics.reloaded(kind, reloaded));
    }

    /** Reads the PIN only to check it, because a token reads its PIN at each login. */
    private static String reloadPin(TokenSettings token) {
        Arrays.fill(token.pkcs11().pin().pin(), '\0');
        return "the next login uses the new PIN.";
    }

    /** Reloads only the access settings of the file. The other settings are fixed at startup. */
    private String reloadAccess(SettingsFile source) {
        try {
            AccessSettings access = source.read().access();
            CannotStartException.throwIfAny(
                    LocalResources.unknownKeys(access, settings.keys().keySet()));
            policy.reload(access);
            return "its section \"access\" is in use; other changes require a restart.";
        } catch (InvalidSettingsException | CannotStartException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    private String reloadCertificates() {
        List<String> changed = tokens.reloadCertificates();
        String text = tokens.registry().keys().stream()
                .filter(key -> changed.contains(key.name()))
                .map(key -> "key \"" + key.name() + "\" has " + text(key.chain().signer()))
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? "no change." : text + ".";
    }

    private String reloadPolicy() {
        policy.reload();
        return "requests are decided by the new policy.";
    }

    private String reloadTls() {
        server.reloadTls();
        return server.tlsCertificate()
                .map(certificate -> "new connections get " + text(certificate) + ".")
                .orElse("no change.");
    }

    private static String text(X509Certificate certificate) {
        return "the certificate of %s, serial %x, valid to %s"
                .formatted(
                        DistinguishedName.ofSubject(certificate),
                        certificate.getSerialNumber(),
                        certificate.getNotAfter().toInstant());
    }

    int port() {
        return server.port();
    }

    OptionalInt adminPort() {
        return server.adminPort();
    }

    /** Finishes the requests in progress, and closes the audit log and the tokens. */
    @Override
    public void close() {
        if (started) {
            LOG.info("Stopping.");
        }
        if (readiness != null) {
            readiness.stopping();
        }
        reloader.close();
        warmUp.close();
        boolean served = server == null || server.stop();
        if (audit != null) {
            audit.close();
        }
        revocation.ifPresent(OnlineRevocationSource::close);
        metrics.close();
        if (tokens != null && !tokens.close()) {
            LOG.error("Shutdown incomplete: a PKCS#11 call did not return.");
            return;
        }
        closed = served;
        if (started) {
            LOG.info("Stopped.");
        }
    }

    /** Returns whether everything is closed, in order. */
    boolean isClosed() {
        return closed;
    }
}
