package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.ReloadablePolicy;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to further servers with throw-away keys, so that the virtual machine has compiled the code before clients
 * use it. A virtual machine that has just started compiles while it serves, and signs at half of its later rate.
 *
 * <p>Each server serves a part of the requests. It listens on the loopback interface only. Its handlers, protocol,
 * containers and signatures are those of the service. It calls no token, no timestamp authority and no revocation
 * service, and writes no audit log. The service answers requests meanwhile, but is not
 * {@linkplain ReadinessCheck ready}.
 *
 * <p>The compiler specialises code for the classes and branches that it has seen, and discards the code at the first
 * other one. Under load, compiling it again takes a minute. The classes are therefore those of the service.
 * Thread-safe.
 */
final class WarmUp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /** A service with a small share of a processor becomes ready before the code is compiled. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Its requests do not wait for anything, so they end at once. */
    private static final Duration END_LIMIT = Duration.ofSeconds(2);

    /** The code for the first requests and connections of a server has to run often enough, too. */
    private static final int REQUESTS_OF_A_SERVER = 1_000;

    /** Code behaves differently under contention. One client thread sends all requests, so the compiler has a processor. */
    private static final int CONNECTIONS = 32;

    private final ServiceSettings settings;
    private final int requests;
    private final LongSupplier nanoTime;
    private volatile Optional<Thread> thread = Optional.empty();
    private volatile boolean done;
    private volatile boolean closed;

    /** Prepares the warm-up of the settings. */
    WarmUp(ServiceSettings settings) {
        this(settings, System::nanoTime);
    }

    /** For tests: the limit is on this clock. */
    WarmUp(ServiceSettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.requests = settings.server().warmUpRequests();
        this.nanoTime = nanoTime;
        this.done = requests == 0;
    }

    /**
     * Starts in the background, if there are requests to make. Called at most once.
     *
     * @param keys the keys of the service that can be used; the throw-away keys have their types
     */
    void start(Collection<SigningKey> keys) {
        if (requests > 0) {
            List<SigningKey> usable = List.copyOf(keys);
            Thread started = new Thread(() -> run(usable), "warm-up");
            started.setDaemon(true);
            started.start();
            thread = Optional.of(started);
        }
    }

    /** Returns whether the code is compiled, or at least the time for it has passed. */
    boolean isDone() {
        return done;
    }

    private void run(List<SigningKey> keys) {
        long start = System.nanoTime();
        try {
            int sent = request(ThrowAwayKey.like(keys));
            LOG.info(
                    "Warm-up: {} requests in {} ms.",
                    sent,
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        } catch (IOException | RuntimeException e) {
            LOG.warn("The warm-up failed. The first requests will be slower.", e);
        } finally {
            done = true;
        }
    }

    private int request(List<SigningKey> keys) throws IOException {
        long start = nanoTime.getAsLong();
        BooleanSupplier inTime = () -> !closed && nanoTime.getAsLong() - start < LIMIT.toNanos();
        int sent = 0;
        int last;
        int servers = 0;
        do {
            last = requestServer(
                    keys.get(servers % keys.size()), Math.min(REQUESTS_OF_A_SERVER, requests - sent), inTime);
            sent += last;
            servers++;
        } while (sent < requests && last == REQUESTS_OF_A_SERVER);
        return sent;
    }

    /** Sends so many requests to a new server, fewer if the time ends. The number in progress at once varies. */
    private int requestServer(SigningKey key, int most, BooleanSupplier inTime) throws IOException {
        List<WarmUpRequest> kinds = kinds(key);
        try (ServiceMetrics metrics = new ServiceMetrics("warm-up")) {
            SigningHttpServer server = SigningHttpServer.startForWarmUp(
                    settings.server(), service(key, metrics), new ServerMetricsAdapter(metrics), Clock.systemUTC());
            try (WarmUpClient client = new WarmUpClient(server.port(), LIMIT)) {
                int sent = 0;
                int batch = 1;
                while (sent < most && inTime.getAsBoolean()) {
                    client.send(kinds.get(sent % kinds.size()));
                    sent++;
                    if (client.inProgress() == batch) {
                        client.receiveAll();
                        batch = batch % CONNECTIONS + 1;
                    }
                }
                client.receiveAll();
                return sent;
            } finally {
                server.stop();
            }
        }
    }

    private List<WarmUpRequest> kinds(SigningKey key) {
        Signer signer = key.signer();
        return WarmUpRequest.all(
                settings.server().path(),
                signer.algorithms().stream().noneMatch(signer::signsWholeMessage),
                settings.signatures().rawData() != RawDataRule.SIGNED_ATTRIBUTES);
    }

    private Supplier<SigningService> service(SigningKey key, ServiceMetrics metrics) {
        return SigningKeyRegistry.of(
                key,
                new SigningServiceFactory(
                        settings,
                        CmsContainerBuilder.builder().build(),
                        new ReloadablePolicy(
                                new PolicyFactory(Clock.systemUTC()), AccessSettings.of(new AllowAll(true))),
                        AuditLog.none(),
                        metrics.signing()));
    }

    /** Ends the warm-up, and waits for its current requests. */
    @Override
    public void close() {
        closed = true;
        try {
            if (thread.isPresent()) {
                thread.get().join(END_LIMIT.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
