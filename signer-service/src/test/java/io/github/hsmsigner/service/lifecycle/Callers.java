package io.github.hsmsigner.service.lifecycle;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that ask a service for signatures without a pause, each request over a connection of its own. */
final class Callers implements AutoCloseable {

    private static final Pattern REQUEST_ID = Pattern.compile("(?i)\r\nx-request-id: ([^\r]+)\r\n");
    private static final int TIME_LIMIT_MILLIS = 30_000;

    private final int port;
    private final byte[] request;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> signed = new ConcurrentLinkedQueue<>();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private Callers(int port, String json) {
        this.port = port;
        this.request = ("POST /sign HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + json.length() + "\r\n\r\n" + json)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Starts so many clients. They go on until they are stopped, or no connection can be made any more. */
    static Callers start(int port, int clients, String json) {
        Callers callers = new Callers(port, json);
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(callers::call, "caller-" + i);
            callers.threads.add(thread);
            thread.start();
        }
        return callers;
    }

    private void call() {
        while (!stopped) {
            Socket socket;
            try {
                socket = new Socket("127.0.0.1", port);
            } catch (IOException e) {
                // Nothing listens any more.
                return;
            }
            long connected = System.nanoTime();
            try (socket) {
                socket.setSoTimeout(TIME_LIMIT_MILLIS);
                socket.getOutputStream().write(request);
                note(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1), connected);
            } catch (IOException e) {
                failures.add(new Failure(connected, e.toString()));
            }
        }
    }

    private void note(String answer, long connected) {
        Matcher id = REQUEST_ID.matcher(answer);
        if (answer.startsWith("HTTP/1.1 200") && id.find()) {
            signed.add(id.group(1));
            answered.incrementAndGet();
        } else {
            failures.add(new Failure(
                    connected,
                    answer.isEmpty() ? "no answer" : answer.lines().findFirst().orElse("")));
        }
    }

    /** Waits until so many more requests were answered with a signature. */
    void awaitMore(int more) {
        int wanted = answered.get() + more;
        long end = System.nanoTime() + TIME_LIMIT_MILLIS * 1_000_000L;
        while (answered.get() < wanted) {
            if (System.nanoTime() > end || threads.stream().noneMatch(Thread::isAlive)) {
                throw new AssertionError("Only " + answered.get() + " of " + wanted + " answers; " + failures);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The identifiers of the requests that were answered with a signature. */
    List<String> signed() {
        return List.copyOf(signed);
    }

    /** What was no signature. */
    List<String> failures() {
        return failures.stream().map(Failure::what).toList();
    }

    /** Of these, those on connections that stood before a time of {@link System#nanoTime}. */
    List<String> failuresOfThoseConnectedBefore(long nanoTime) {
        return failures.stream()
                .filter(failure -> failure.connected() < nanoTime)
                .map(Failure::what)
                .toList();
    }

    /** What a client got instead of a signature, and when its connection stood. */
    private record Failure(long connected, String what) {}

    @Override
    public void close() {
        stop();
    }

    /** Has the clients stop after their present request, and waits for that. */
    void stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
