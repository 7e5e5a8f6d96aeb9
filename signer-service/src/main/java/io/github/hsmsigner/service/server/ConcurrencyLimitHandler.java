package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Limits the requests that are served at the same time, in handlers where a thread may wait for the client or for the
 * HSM. The server has more threads than permits, so that some are always left for what never waits.
 *
 * <p>One client may use all permits as long as no other client needs one. When all permits are in use, a client that
 * has less than its share (the permits divided by the number of clients) waits for the next one. If a client with more
 * permits sends a body slowly, that request is cut off. All other requests are answered with 503. No thread waits for a
 * permit.
 *
 * <p>Jetty's {@code QoSHandler} and {@code ThreadLimitHandler} know no share that binds only while others wait.
 */
final class ConcurrencyLimitHandler extends Handler.Wrapper {

    /** After this time a waiting request looks for slow bodies again, and after the same time again it is refused. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final int permits;
    private final boolean shares;
    private final ServerAnswers answers;
    private final ServerLimit.Counter limits;

    private final Map<Object, Client> clients = new HashMap<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private int used;

    /**
     * Creates the handler.
     *
     * @param permits how many requests may be served at the same time
     * @param shares whether each client address has a share of the permits
     * @param answers sends the answers to refused requests
     * @param limits counts them
     */
    ConcurrencyLimitHandler(int permits, boolean shares, ServerAnswers answers, ServerLimit.Counter limits) {
        this.permits = permits;
        this.shares = shares;
        this.answers = answers;
        this.limits = limits;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Object address =
                shares ? ClientAddress.of(request.getConnectionMetaData().getRemoteSocketAddress()) : "";
        Client client;
        Waiter waiter = null;
        synchronized (this) {
            client = clients.computeIfAbsent(address, key -> new Client());
            if (used < permits) {
                used++;
                client.served.add(request);
            } else if (client.served.size() + client.waiting < Math.max(1, permits / clients.size())) {
                waiter = new Waiter(address, client, request, response, callback);
                waiters.add(waiter);
                client.waiting++;
            } else {
                removeIfIdle(address, client);
                client = null;
            }
        }
        if (client == null) {
            refuse(request, response, callback);
        } else if (waiter == null) {
            return serve(address, client, request, response, callback);
        } else {
            waiter.await();
        }
        return true;
    }

    private boolean serve(Object address, Client client, Request request, Response response, Callback callback)
            throws Exception {
        Request.addCompletionListener(request, failure -> release(address, client, request));
        return super.handle(request, response, callback);
    }

    private void release(Object address, Client client, Request request) {
        Waiter next;
        synchronized (this) {
            client.served.remove(request);
            next = waiters.poll();
            if (next == null) {
                used--;
            } else {
                next.client.waiting--;
                next.client.served.add(next.request);
            }
            removeIfIdle(address, client);
        }
        if (next != null) {
            next.proceed();
        }
    }

    private void removeIfIdle(Object address, Client client) {
        if (client.served.isEmpty() && client.waiting == 0) {
            clients.remove(address);
        }
    }

    private void refuse(Request request, Response response, Callback callback) {
        limits.increment(ServerLimit.MAX_REQUESTS);
        answers.refuse(request, response, callback, ServerAnswers::tooManyRequests);
    }

    /** Finds the slowest body among the requests of clients that are served more than this one. */
    private synchronized Optional<IncomingBody> slowestBody(Client than) {
        return clients.values().stream()
                .filter(client -> client.served.size() > than.served.size())
                .flatMap(client -> client.served.stream())
                .filter(IncomingBody.class::isInstance)
                .map(IncomingBody.class::cast)
                .filter(IncomingBody::isSlow)
                .min(Comparator.comparingDouble(IncomingBody::rate));
    }

    synchronized int inProgress() {
        return used;
    }

    synchronized int waiting() {
        return waiters.size();
    }

    /** The requests from one address. Guarded by the handler. */
    private static final class Client {

        private final Set<Request> served = new HashSet<>();
        private int waiting;
    }

    /** A request that waits for a permit. */
    private final class Waiter {

        private final Object address;
        private final Client client;
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final long start = System.nanoTime();
        private volatile Scheduler.Task timeout;

        Waiter(Object address, Client client, Request request, Response response, Callback callback) {
            this.address = address;
            this.client = client;
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        void await() {
            schedule(this::awaitLonger);
            cutOffASlowBody();
        }

        private void awaitLonger() {
            schedule(this::giveUp);
            cutOffASlowBody();
        }

        private void schedule(Runnable task) {
            timeout = request.getComponents().getScheduler().schedule(task, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void cutOffASlowBody() {
            slowestBody(client)
                    .filter(IncomingBody::cutOff)
                    .ifPresent(body -> limits.increment(ServerLimit.CLIENT_SHARE));
        }

        private void giveUp() {
            synchronized (ConcurrencyLimitHandler.this) {
                if (!waiters.remove(this)) {
                    return;
                }
                client.waiting--;
                removeIfIdle(address, client);
            }
            refuse(request, response, callback);
        }

        void proceed() {
            Scheduler.Task task = timeout;
            if (task != null) {
                task.cancel();
            }
            request.getContext().execute(this::serveNow);
        }

        private void serveNow() {
            request.setAttribute(DocumentEnginePlugin.WAITED, Duration.ofNanos(System.nanoTime() - start));
            try {
                if (!serve(address, client, request, response, callback)) {
                    Response.writeError(request, response, callback, 404);
                }
            } catch (Throwable e) {
                Response.writeError(request, response, callback, e);
            }
        }
    }
}
