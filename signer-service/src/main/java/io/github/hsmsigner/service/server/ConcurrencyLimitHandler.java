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

    private static final Duration MAX_WAIT = Duration.ofSeconds(2);

    /** A permit is free soon after a body is cut off, except on busy processors. */
    private static final Duration MAX_WAIT_AFTER_CUT_OFF = Duration.ofSeconds(5);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);

    private final int permits;
    private final boolean shares;
    private final ServerResponses responses;
    private final ServerLimit.Counter limits;

    private final Map<Object, Client> clients = new HashMap<>();
    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private int used;

    /** Limits the requests to the permits, of which each client address has a share if {@code shares} is true. */
    ConcurrencyLimitHandler(int permits, boolean shares, ServerResponses responses, ServerLimit.Counter limits) {
        this.permits = permits;
        this.shares = shares;
        this.responses = responses;
        this.limits = limits;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Exchange exchange = new Exchange(request, response, callback);
        Admission admission = admit(exchange);
        if (admission == Admission.SERVE) {
            return exchange.serve();
        }
        if (admission == Admission.WAIT) {
            exchange.await();
        } else {
            exchange.refuse();
        }
        return true;
    }

    private enum Admission {
        SERVE,
        WAIT,
        REFUSE
    }

    private synchronized Admission admit(Exchange exchange) {
        Object address = shares
                ? ClientAddress.of(exchange.request.getConnectionMetaData().getRemoteSocketAddress())
                : "";
        Client client = clients.computeIfAbsent(address, Client::new);
        exchange.client = client;
        if (used < permits) {
            used++;
            client.served.add(exchange.request);
            return Admission.SERVE;
        }
        if (client.served.size() + client.waiting < Math.max(1, permits / clients.size())) {
            waiting.add(exchange);
            client.waiting++;
            exchange.isWaiting = true;
            return Admission.WAIT;
        }
        removeIfIdle(client);
        return Admission.REFUSE;
    }

    private void release(Exchange exchange) {
        Exchange next;
        synchronized (this) {
            exchange.client.served.remove(exchange.request);
            next = waiting.poll();
            if (next == null) {
                used--;
            } else {
                next.client.waiting--;
                next.isWaiting = false;
                next.client.served.add(next.request);
            }
            removeIfIdle(exchange.client);
        }
        if (next != null) {
            next.proceed();
        }
    }

    private synchronized boolean stopWaiting(Exchange exchange) {
        boolean waited = waiting.remove(exchange);
        if (waited) {
            exchange.client.waiting--;
            removeIfIdle(exchange.client);
        }
        return waited;
    }

    private void removeIfIdle(Client client) {
        if (client.served.isEmpty() && client.waiting == 0) {
            clients.remove(client.address);
        }
    }

    /** Finds the slowest body among the requests of clients that are served more than this one. */
    private synchronized Optional<RequestBodyHandler.Body> slowestBody(Client than) {
        return clients.values().stream()
                .filter(client -> client.served.size() > than.served.size())
                .flatMap(client -> client.served.stream())
                .filter(RequestBodyHandler.Body.class::isInstance)
                .map(RequestBodyHandler.Body.class::cast)
                .filter(RequestBodyHandler.Body::isSlow)
                .min(Comparator.comparingDouble(RequestBodyHandler.Body::rate));
    }

    synchronized int inProgress() {
        return used;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** The requests from one address. Guarded by the handler. */
    private static final class Client {

        private final Object address;
        private final Set<Request> served = new HashSet<>();
        private int waiting;

        Client(Object address) {
            this.address = address;
        }
    }

    /** A request and its response. */
    private final class Exchange {

        private final Request request;
        private final Response response;
        private final Callback callback;
        private final long start = System.nanoTime();
        private Client client;
        private volatile boolean isWaiting;
        private volatile boolean hasCutOff;

        Exchange(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        boolean serve() throws Exception {
            Request.addCompletionListener(request, failure -> release(this));
            return ConcurrencyLimitHandler.super.handle(request, response, callback);
        }

        void refuse() {
            limits.increment(ServerLimit.MAX_REQUESTS);
            responses.refuse(request, response, callback, ServerResponses::tooManyRequests);
        }

        /** Looks for a slow body to cut off until the permit comes or the time is over. Cuts off one at most. */
        void await() {
            if (!isWaiting) {
                return;
            }
            if (!hasCutOff
                    && slowestBody(client)
                            .filter(RequestBodyHandler.Body::cutOff)
                            .isPresent()) {
                hasCutOff = true;
                limits.increment(ServerLimit.CLIENT_SHARE);
            }
            Duration limit = hasCutOff ? MAX_WAIT_AFTER_CUT_OFF : MAX_WAIT;
            if (System.nanoTime() - start < limit.toNanos()) {
                request.getComponents()
                        .getScheduler()
                        .schedule(this::await, CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } else if (stopWaiting(this)) {
                refuse();
            }
        }

        void proceed() {
            request.getContext().execute(this::serveLater);
        }

        private void serveLater() {
            request.setAttribute(DocumentEnginePlugin.WAITED, Duration.ofNanos(System.nanoTime() - start));
            try {
                if (!serve()) {
                    Response.writeError(request, response, callback, 404);
                }
            } catch (Throwable e) {
                Response.writeError(request, response, callback, e);
            }
        }
    }
}
