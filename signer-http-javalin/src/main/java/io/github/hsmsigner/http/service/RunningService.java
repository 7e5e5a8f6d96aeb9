package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.server.ClientLimits;
import io.github.hsmsigner.http.server.Health;
import io.github.hsmsigner.http.server.ListenerSettings;
import io.github.hsmsigner.http.server.ServerSettings;
import io.github.hsmsigner.http.server.SigningHttpServer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service from its start to its stop: first the key, then the port; at the end the other way round. */
final class RunningService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningService.class);

    /**
     * How long the port waits for the key. Ready services answer the first request; but an HSM that hangs must not keep liveness
     * probes unanswered until the process is killed, which with usual settings takes 30 s.
     */
    private static final Duration FIRST_ATTEMPT_LIMIT = Duration.ofSeconds(10);

    private static final String ALL_ADDRESSES = "0.0.0.0";

    /** How long requests may go on after the stop signal: less than the 30 s after which Kubernetes kills a process. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final ServiceConfig config;
    private final KeyConnection connection;
    private volatile SigningHttpServer server;

    RunningService(ServiceConfig config) {
        this(config, source(config));
    }

    RunningService(ServiceConfig config, KeySource source) {
        this.config = config;
        this.connection = new KeyConnection(source, this::signingService, new Backoff(ThreadLocalRandom.current()));
    }

    private SigningService signingService(SigningKeys keys) {
        return SigningService.builder(keys, new CmsContainerBuilder())
                .validCertificateRequired(config.certificates().validRequired())
                .build();
    }

    private static KeySource source(ServiceConfig config) {
        if (config.key() instanceof KeySettings.Hsm hsm) {
            return new HsmKeySource(hsm, config.certificates());
        }
        return new KeyStoreKeySource((KeySettings.KeyStoreFile) config.key(), config.certificates());
    }

    /**
     * Starts; returns once the port is open.
     *
     * @throws InvalidConfigurationException if the settings cannot work; close this service then
     * @throws InterruptedException if the wait for the key is interrupted
     */
    void start() throws InterruptedException {
        connection.start();
        connection.awaitFirstAttempt(FIRST_ATTEMPT_LIMIT);
        server = SigningHttpServer.start(serverSettings(), connection, this::health, Optional.empty());
    }

    private ServerSettings serverSettings() {
        return new ServerSettings(
                new ListenerSettings(ALL_ADDRESSES, config.port()),
                DocumentEnginePlugin.DEFAULT_PATH,
                Optional.empty(),
                Optional.empty(),
                CallbackLimits.builder().maxBodyBytes(config.maxBodyBytes()).build(),
                config.certificateEncoding(),
                ClientLimits.defaults(),
                STOP_LIMIT);
    }

    private Health health() {
        return connection.notReadyReason().map(Health::notReady).orElseGet(Health::good);
    }

    int port() {
        return server.port();
    }

    /** Finishes the requests that are being served, and closes the key. */
    @Override
    public void close() {
        LOG.info("Stopping.");
        SigningHttpServer running = server;
        if (running != null) {
            running.stop();
        }
        connection.close();
        LOG.info("Stopped.");
    }
}
