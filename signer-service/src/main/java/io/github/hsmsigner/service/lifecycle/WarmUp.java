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
import java.net.InetAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to a second server with throw-away keys, so that the virtual machine has compiled the code before clients
 * use it. A virtual machine that has just started compiles while it serves, and signs at a third of its later rate.
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

    /** A connection for each of these has a request at any time. */
    private static final int CLIENTS = 4;

    private final ServiceSettings settings;
    private final int requests;
    private final AtomicInteger left;
    private volatile Optional<Thread> thread = Optional.empty();
    private volatile boolean done;

    /** Prepares the warm-up of the settings. */
    WarmUp(ServiceSettings settings) {
        this.settings = settings;
        this.requests = settings.server().warmUpRequests();
        this.left = new AtomicInteger(requests);
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
            try {
                request(kinds, server.port(), System.nanoTime() + LIMIT.toNanos());
            } finally {
                server.stop();
            }
            LOG.info(
                    "Warm-up: {} requests in {} ms.",
                    requests - Math.max(0, left.get()),
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

    private List<SigningService> services(List<SigningKey> keys, ServiceMetrics metrics) {
        return keys.stream()
                .map(key -> SigningService.builder(
                                SigningKeys.of(key),
                                CmsContainerBuilder.builder().build())
                        .policy(attempt -> PolicyDecision.allow("warm_up"))
                        .audit(AuditLog.none())
                        .metrics(metrics.signing())
                        .rawData(settings.signatures().rawData())
                        .verifyAfterSign(settings.signatures().verifyAfterSign())
                        .build())
                .toList();
    }

    private void request(List<WarmUpRequest> kinds, int port, long end) {
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < Math.min(CLIENTS, settings.server().clientLimits().maxRequests()); i++) {
            clients.add(CompletableFuture.runAsync(
                    () -> requestInTurn(kinds, port, end), work -> new Thread(work, "warm-up-client").start()));
        }
        clients.forEach(CompletableFuture::join);
    }

    private void requestInTurn(List<WarmUpRequest> kinds, int port, long end) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            for (int number = left.decrementAndGet();
                    number >= 0 && System.nanoTime() - end < 0;
                    number = left.decrementAndGet()) {
                kinds.get(number % kinds.size()).exchange(socket);
            }
        } catch (IOException e) {
            throw new CompletionException("A request of the warm-up failed", e);
        }
    }

    /** Ends the warm-up, and waits for its current requests. */
    @Override
    public void close() {
        left.set(0);
        try {
            if (thread.isPresent()) {
                thread.get().join(END_LIMIT.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
