package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConcurrencyLimitHandlerTest {

    /** A request that the handler let through. */
    private record Served(Object waited, Callback callback) {}

    /** The client of a request that waits for a permit waits too, so the time counts towards the time limit. */
    @Test
    void aRequestCarriesTheTimeForWhichItWaitedForAPermit() throws Exception {
        BlockingQueue<Served> served = new LinkedBlockingQueue<>();
        ConcurrencyLimitHandler limit =
                new ConcurrencyLimitHandler(1, true, new ServerResponses(response -> {}), new ServerLimit.Counter());
        limit.setHandler(new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                served.add(new Served(request.getAttribute(DocumentEnginePlugin.WAITED), callback));
                return true;
            }
        });
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        server.addConnector(connector);
        server.setHandler(limit);
        server.start();
        int port = connector.getLocalPort();
        try (RawConnection first = RawConnection.from("127.0.0.2", port);
                RawConnection second = RawConnection.from("127.0.0.1", port)) {
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Served holder = served.take();
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            TestServer.await("the second request waits", () -> limit.waiting() == 1);
            holder.callback().succeeded();
            Served waiter = served.take();
            waiter.callback().succeeded();

            assertThat(holder.waited()).isNull();
            assertThat((Duration) waiter.waited()).isPositive();
            assertThat(limit.waiting()).isZero();
        } finally {
            server.stop();
        }
    }
}
