package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * Requests at a constant rate, whether or not answers keep up. A latency counts from the time at which its request was due, so a stall
 * counts for all requests that it held up. One thread sends and one takes the answers, as the service shall have the cores.
 */
final class SteadyLoad {

    private static final int CONNECTIONS = 64;
    private static final int MAX_ANSWER = 16_384;
    private static final byte[] HEAD_END = ascii("\r\n\r\n");
    private static final byte[] LENGTH = ascii("content-length:");
    private static final byte[] GOOD = ascii("HTTP/1.1 200 ");
    private static final long SILENCE_SECONDS = 120;

    private final int port;
    private final byte[] request;
    private final long intervalNanos;
    private final long[] latencies;

    /** How late the sender woke up, for the requests that it waited for. */
    private final LongStream.Builder delays = LongStream.builder();

    SteadyLoad(int port, byte[] json, double rate, double seconds) {
        this.port = port;
        request = HttpConnection.callback(json);
        intervalNanos = (long) (1e9 / rate);
        latencies = new long[Math.max(1, (int) (rate * seconds))];
    }

    /**
     * The latencies, and the part of the generator in them.
     *
     * @param millis the latencies in milliseconds, in ascending order
     * @param delays the milliseconds from when the sender should have woken up until it did, in ascending order
     */
    record Measured(double[] millis, double[] delays) {}

    /** Sends all requests. */
    Measured run() {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        BlockingQueue<Connection> idle = new LinkedBlockingQueue<>();
        List<Connection> all = new ArrayList<>();
        try (Selector answers = Selector.open()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection connection = new Connection(port);
                all.add(connection);
                connection.channel.register(answers, SelectionKey.OP_READ, connection);
            }
            idle.addAll(all);
            Future<?> sender = threads.submit(() -> {
                send(idle);
                return null;
            });
            Future<?> receiver = threads.submit(() -> {
                receive(answers, idle);
                return null;
            });
            receiver.get();
            sender.get();
        } catch (IOException e) {
            throw new IllegalStateException("The steady load has no connections", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A request of the steady load failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            threads.shutdownNow();
            all.forEach(Connection::close);
        }
        return new Measured(sortedMillis(Arrays.stream(latencies)), sortedMillis(delays.build()));
    }

    private static double[] sortedMillis(LongStream nanos) {
        return nanos.sorted().mapToDouble(value -> value / 1e6).toArray();
    }

    private void send(BlockingQueue<Connection> idle) throws IOException, InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < latencies.length; i++) {
            long due = start + i * intervalNanos;
            if (due > System.nanoTime()) {
                delays.add(wakeUp(due));
            }
            Connection connection = idle.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
            if (connection == null) {
                throw new IOException("no connection was free for " + SILENCE_SECONDS + " s");
            }
            connection.send(request, i, due);
        }
    }

    /** Waits until a time. Returns how late it is then. */
    private static long wakeUp(long due) {
        long left = due - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = due - System.nanoTime();
        }
        return -left;
    }

    private void receive(Selector answers, BlockingQueue<Connection> idle) throws IOException {
        int left = latencies.length;
        while (left > 0) {
            if (answers.select(TimeUnit.SECONDS.toMillis(SILENCE_SECONDS)) == 0) {
                throw new IOException("no answer came for " + SILENCE_SECONDS + " s");
            }
            for (SelectionKey key : answers.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (connection.receive()) {
                    latencies[connection.number] = System.nanoTime() - connection.due;
                    idle.add(connection);
                    left--;
                }
            }
            answers.selectedKeys().clear();
        }
    }

    /** Returns a percentile of values in ascending order; not a number if there are none. */
    static double percentile(double[] sorted, double percent) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** One request at a time; sent by the one thread, answered to the other. */
    private static final class Connection {

        private final SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER);
        private volatile int number;
        private volatile long due;

        Connection(int port) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }

        void send(byte[] request, int nextNumber, long nextDue) throws IOException {
            number = nextNumber;
            due = nextDue;
            if (channel.write(ByteBuffer.wrap(request)) < request.length) {
                throw new IOException("the kernel did not accept a request of " + request.length + " bytes at once");
            }
        }

        /** Takes what has come; whether that completes the answer. */
        boolean receive() throws IOException {
            if (channel.read(answer) < 0) {
                throw new EOFException("the connection was closed");
            }
            int end = end();
            if (end < 0 || answer.position() < end) {
                if (!answer.hasRemaining()) {
                    throw new IOException("a response is longer than " + MAX_ANSWER + " bytes");
                }
                return false;
            }
            if (indexOf(GOOD, 0, GOOD.length) != 0) {
                throw new IOException("answered with " + text(0, GOOD.length));
            }
            answer.clear();
            return true;
        }

        /** Returns the end of the response; -1 while it is not known. */
        private int end() throws IOException {
            int head = indexOf(HEAD_END, 0, answer.position());
            if (head < 0) {
                return -1;
            }
            int length = indexOf(LENGTH, 0, head);
            if (length < 0) {
                throw new IOException("an answer without Content-Length");
            }
            int from = length + LENGTH.length;
            int until = indexOf(ascii("\r\n"), from, head + 2);
            return head + HEAD_END.length + Integer.parseInt(text(from, until).strip());
        }

        private int indexOf(byte[] wanted, int from, int until) {
            byte[] octets = answer.array();
            for (int at = from; at + wanted.length <= until; at++) {
                int same = 0;
                while (same < wanted.length && lower(octets[at + same]) == lower(wanted[same])) {
                    same++;
                }
                if (same == wanted.length) {
                    return at;
                }
            }
            return -1;
        }

        private static int lower(byte octet) {
            return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
        }

        private String text(int from, int until) {
            return new String(answer.array(), from, until - from, StandardCharsets.US_ASCII);
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException("A connection cannot be closed", e);
            }
        }
    }
}
