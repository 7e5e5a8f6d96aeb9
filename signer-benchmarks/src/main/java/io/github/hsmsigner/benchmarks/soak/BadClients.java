package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that disconnect, stop, are slow, or send no valid request. Their responses are ignored; other clients must
 * not notice.
 */
final class BadClients {

    private static final byte[] GARBAGE = "\0\1\2 nothing \r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NO_JSON = HttpConnection.callback("{\"action\":".getBytes(StandardCharsets.US_ASCII));
    private static final int SILENCE_MILLIS = 5_000;
    private static final int SLOW_PIECE = 2_000;
    private static final int SLOW_PIECES = 25;
    private static final long SLOW_PAUSE_NANOS = 200_000_000;

    private final int port;
    private final byte[] request;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong count = new AtomicLong();
    private Thread[] threads = {};

    BadClients(int port, byte[] request) {
        this.port = port;
        this.request = request;
    }

    void start(int number, long seed) {
        threads = new Thread[number];
        for (int i = 0; i < number; i++) {
            Random random = new Random(seed - i - 1);
            threads[i] = new Thread(() -> run(random), "bad-client-" + i);
            threads[i].start();
        }
    }

    private void run(Random random) {
        while (!ended.get()) {
            try (HttpConnection connection = HttpConnection.open(port, SILENCE_MILLIS)) {
                behave(connection, random);
            } catch (IOException e) {
                // The service may close such a connection at any time.
                LockSupport.parkNanos(1_000_000);
            }
            count.incrementAndGet();
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void behave(HttpConnection connection, Random random) throws IOException {
        switch (random.nextInt(5)) {
            case 0 -> connection.send(request, 0, 1 + random.nextInt(request.length - 1));
            case 1 -> connection.send(request, 0, request.length);
            case 2 -> connection.exchange(GARBAGE);
            case 3 -> connection.exchange(NO_JSON);
            default -> {
                int most = Math.min(request.length, SLOW_PIECE * (1 + random.nextInt(SLOW_PIECES)));
                for (int sent = 0; sent < most && !ended.get(); sent += SLOW_PIECE) {
                    connection.send(request, sent, Math.min(SLOW_PIECE, request.length - sent));
                    LockSupport.parkNanos(SLOW_PAUSE_NANOS);
                }
            }
        }
    }

    void end() {
        ended.set(true);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the number of bad clients so far. */
    long count() {
        return count.get();
    }
}
