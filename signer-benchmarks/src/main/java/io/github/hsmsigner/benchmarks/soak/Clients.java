package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that ask for everything in turn at random, and check each answer. */
final class Clients {

    private static final int UNAVAILABLE = 503;
    private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;

    private final int port;
    private final List<Request> requests;
    private final Outages outages;
    private final long pauseNanos;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong right = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    /** The pause follows each answer. Without one, requests come as fast as they are answered. */
    Clients(int port, List<Request> requests, Outages outages, Duration pause) {
        this.port = port;
        this.requests = requests;
        this.outages = outages;
        this.pauseNanos = pause.toNanos();
    }

    void start(int count, long seed) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> run(random), "client-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(Random random) {
        while (!ended.get()) {
            try (HttpConnection connection = HttpConnection.open(port)) {
                // Some requests on a connection, so that connections come and go too.
                for (int left = 1 + random.nextInt(200); left > 0 && !ended.get(); left--) {
                    ask(connection, requests.get(random.nextInt(requests.size())));
                    if (pauseNanos > 0) {
                        LockSupport.parkNanos(pauseNanos);
                    }
                }
            } catch (IOException e) {
                failures.add("a connection broke: " + e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    private void ask(HttpConnection connection, Request request) throws IOException {
        long start = System.nanoTime();
        HttpConnection.Answer answer = connection.exchange(request.octets());
        if (answer.status() == 200) {
            if (isRight(request, answer)) {
                right.incrementAndGet();
            } else {
                failures.add(request.name() + ": a wrong answer");
            }
        } else if (answer.status() == UNAVAILABLE && outages.overlap(start, System.nanoTime())) {
            refused.incrementAndGet();
        } else {
            failures.add(request.name() + ": status " + answer.status() + " outside of an outage");
        }
    }

    private static boolean isRight(Request request, HttpConnection.Answer answer) {
        try {
            return request.check().isRight(answer.body());
        } catch (Exception e) {
            return false;
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

    /** Answers that were right. */
    long right() {
        return right.get();
    }

    /** Requests that were refused in an outage. */
    long refused() {
        return refused.get();
    }

    /** Returns the unexpected results. */
    List<String> failures() {
        return List.copyOf(failures);
    }
}
