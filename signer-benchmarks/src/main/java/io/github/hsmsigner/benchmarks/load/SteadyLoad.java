package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a constant rate, whether or not answers keep up. A latency counts from the time at which its request was due, so a stall
 * counts for all requests that it held up.
 */
final class SteadyLoad {

    private static final int CONNECTIONS = 64;

    private final int port;
    private final byte[] request;
    private final long intervalNanos;
    private final AtomicInteger next = new AtomicInteger();
    private final long[] latencies;

    SteadyLoad(int port, byte[] json, double rate, double seconds) {
        this.port = port;
        request = HttpConnection.callback(json);
        intervalNanos = (long) (1e9 / rate);
        latencies = new long[Math.max(1, (int) (rate * seconds))];
    }

    /** Sends them all; the latencies in milliseconds, in ascending order. */
    double[] run() {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long start = System.nanoTime() + 100_000_000;
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(threads.submit(() -> {
                    send(start);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A request of the steady load failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
        return Arrays.stream(latencies)
                .sorted()
                .mapToDouble(nanos -> nanos / 1e6)
                .toArray();
    }

    private void send(long start) throws IOException {
        try (HttpConnection connection = HttpConnection.open(port)) {
            for (int i = next.getAndIncrement(); i < latencies.length; i = next.getAndIncrement()) {
                long due = start + i * intervalNanos;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                int status = connection.exchange(request).status();
                if (status != 200) {
                    throw new IOException("answered with " + status);
                }
                latencies[i] = System.nanoTime() - due;
            }
        }
    }

    /** A percentile of values in ascending order. */
    static double percentile(double[] sorted, double percent) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
