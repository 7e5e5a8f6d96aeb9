package io.github.hsmsigner.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/** An HTTP server on the loopback interface that answers as it is told, and hangs as it is told. */
public final class LoopbackServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);

    /** What to answer. */
    @FunctionalInterface
    public interface Handler {

        Reply reply(HttpExchange exchange, byte[] request) throws IOException;
    }

    /** An answer; one that hangs has its first octet sent, and the rest when the test is over. */
    public record Reply(int status, byte[] body, boolean hangs) {

        public static Reply of(byte[] body) {
            return new Reply(200, body, false);
        }
    }

    public LoopbackServer(Handler handler) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            try (exchange) {
                send(exchange, handler.reply(exchange, exchange.getRequestBody().readAllBytes()));
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    /** An address of this server. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** An address where nobody listens. */
    public static URI closedPort() {
        return URI.create("http://127.0.0.1:" + freePort() + "/");
    }

    /**
     * A port for a server that cannot choose one itself. It is below the ports that Linux assigns (ip(7), {@code
     * ip_local_port_range}, from 32768), so that no connection and no other server of the tests takes it meanwhile.
     */
    public static int freePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            try (ServerSocket socket = new ServerSocket(
                    ThreadLocalRandom.current().nextInt(15_000, 32_000), 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Another process uses this port.
            }
        }
        throw new IllegalStateException("No port from 15000 to 32000 is free");
    }

    private void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body();
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        if (body.length == 0) {
            return;
        }
        exchange.getResponseBody().write(body, 0, 1);
        if (reply.hangs()) {
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseBody().write(body, 1, body.length - 1);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
