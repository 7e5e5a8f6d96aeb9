package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to a second server with throw-away keys, so that the virtual machine has compiled the code before clients
 * use it. A virtual machine that has just started compiles while it serves, and signs at half of its later rate.
 *
 * <p>The second server listens on the loopback interface only. Its handlers, protocol, containers and signatures are
 * those of the service. It calls no token, no timestamp authority and no revocation service, and writes no audit log.
 * The service answers requests meanwhile, but is not {@linkplain ReadinessCheck ready}. Thread-safe.
 */
final class WarmUp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /** A service with a small share of a processor becomes ready before the code is compiled. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Its requests do not wait for anything, so they end at once. */
    private static final Duration END_LIMIT = Duration.ofSeconds(2);

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
        try (ServiceMetrics metrics = new ServiceMetrics("warm-up")) {
            List<SigningKey> throwAway = ThrowAwayKey.like(keys);
            List<SigningService> services = services(throwAway, metrics);
            List<WarmUpRequest> kinds = WarmUpRequest.all(
                    settings.server().path(), throwAway.stream().allMatch(WarmUp::signsDigests));
            AtomicInteger next = new AtomicInteger();
            SigningHttpServer server = SigningHttpServer.startForWarmUp(
                    settings.server(),
                    () -> services.get(Math.floorMod(next.getAndIncrement(), services.size())),
                    new ServerMetricsAdapter(metrics),
                    Clock.systemUTC());
            int sent;
            try {
                sent = request(kinds, server.port());
            } finally {
                server.stop();
            }
            LOG.info(
                    "Warm-up: {} requests in {} ms.",
                    sent,
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        } catch (RuntimeException e) {
            LOG.warn("The warm-up failed. The first requests will be slower.", e);
        } finally {
            done = true;
        }
    }

    private static boolean signsDigests(SigningKey key) {
        return key.signer().algorithms().stream().noneMatch(key.signer()::signsWholeMessage);
    }

    /** Keys that are named as those of the settings have their queues. */
    private List<SigningService> services(List<SigningKey> keys, ServiceMetrics metrics) {
        SigningServiceFactory factory = new SigningServiceFactory(
                settings,
                CmsContainerBuilder.builder().build(),
                attempt -> PolicyDecision.allow("warm_up"),
                AuditLog.none(),
                metrics.signing());
        return keys.stream().map(key -> factory.create(SigningKeys.of(key))).toList();
    }

    /** Sends requests one after the other: other clients would take the processors from the compiler. */
    private int request(List<WarmUpRequest> kinds, int port) {
        long start = nanoTime.getAsLong();
        int sent = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            while (!closed && sent < requests && nanoTime.getAsLong() - start < LIMIT.toNanos()) {
                kinds.get(sent % kinds.size()).exchange(socket);
                sent++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Request " + sent + " of the warm-up failed", e);
        }
        return sent;
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
