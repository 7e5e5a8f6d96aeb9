package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The signing service as an operator runs it, or another server to compare with: as a separate process. */
public final class ServiceProcess implements AutoCloseable {

    private static final int READY = 200;
    private static final int NO_ANSWER = 0;
    private static final long START_LIMIT_NANOS = 60_000_000_000L;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final long POLL_NANOS = 5_000_000;

    private final Process process;
    private final int port;
    private final Path log;
    private final Duration startup;
    private final Duration untilReady;

    private ServiceProcess(Process process, int port, Path log, Duration startup, Duration untilReady) {
        this.process = process;
        this.port = port;
        this.log = log;
        this.startup = startup;
        this.untilReady = untilReady;
    }

    /**
     * Starts the service and waits until it is ready.
     *
     * @param java the {@code java} command
     * @param options options of the virtual machine
     * @param jar {@code signer-service.jar}
     * @param settings environment variables
     * @param log where the output goes
     * @return the service
     * @throws IllegalStateException if it ends or is not ready within a minute
     */
    public static ServiceProcess start(
            Path java, List<String> options, Path jar, Map<String, String> settings, Path log) {
        return start(java, options, List.of("-jar", jar.toString(), "serve"), settings, log);
    }

    /**
     * Starts another server with the class path of this process and waits until it is ready. The environment variable
     * SIGNING_SERVICE_PORT has its port. It must answer the readiness check as the service does.
     *
     * @param java the {@code java} command
     * @param options options of the virtual machine
     * @param main its class
     * @param settings environment variables
     * @param log where the output goes
     * @return the server
     * @throws IllegalStateException if it ends or is not ready within a minute
     */
    public static ServiceProcess start(
            Path java, List<String> options, Class<?> main, Map<String, String> settings, Path log) {
        return start(
                java, options, List.of("-cp", System.getProperty("java.class.path"), main.getName()), settings, log);
    }

    private static ServiceProcess start(
            Path java, List<String> options, List<String> program, Map<String, String> settings, Path log) {
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(options);
        command.addAll(program);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(settings);
        builder.environment().put("SIGNING_SERVICE_PORT", Integer.toString(port));
        long began = System.nanoTime();
        try {
            Process process = builder.start();
            Optional<Duration> startup = Optional.empty();
            int status = readiness(port);
            while (status != READY) {
                if (status != NO_ANSWER && startup.isEmpty()) {
                    startup = Optional.of(since(began));
                }
                if (!process.isAlive() || System.nanoTime() - began > START_LIMIT_NANOS) {
                    process.destroyForcibly();
                    throw new IllegalStateException("The service is not ready; its log: " + log);
                }
                LockSupport.parkNanos(POLL_NANOS);
                status = readiness(port);
            }
            Duration ready = since(began);
            return new ServiceProcess(process, port, log, startup.orElse(ready), ready);
        } catch (IOException e) {
            throw new UncheckedIOException("The service cannot be started", e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("There is no free port", e);
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static int readiness(int port) {
        try (HttpConnection connection = HttpConnection.open(port)) {
            return connection.exchange(HttpConnection.get("/health/ready")).status();
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }

    /**
     * Returns whether its readiness check succeeds now.
     *
     * @return whether it is ready
     */
    public boolean ready() {
        return readiness(port) == READY;
    }

    /**
     * Returns the time from before the process was made until it answered requests.
     *
     * @return the time, to 5 ms
     */
    public Duration startup() {
        return startup;
    }

    /**
     * Returns the time from before the process was made until it was ready, after the warm-up.
     *
     * @return the time, to 5 ms
     */
    public Duration untilReady() {
        return untilReady;
    }

    /**
     * Returns the port of the callback.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Returns the file with its output.
     *
     * @return the file
     */
    public Path log() {
        return log;
    }

    /**
     * Returns whether the process runs.
     *
     * @return whether it runs
     */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Returns the figures of the kernel about the process.
     *
     * @return the figures
     */
    public ProcessNumbers numbers() {
        return new ProcessNumbers(process.pid());
    }

    /**
     * Returns the sum of the samples of metrics, from one response of {@code /metrics}.
     *
     * @param names their names, without labels
     * @return the sum
     * @throws IOException if the page is not available
     */
    public double metric(String... names) throws IOException {
        try (HttpConnection connection = HttpConnection.open(port)) {
            String page = new String(
                    connection.exchange(HttpConnection.get("/metrics")).body(), StandardCharsets.UTF_8);
            return page.lines()
                    .filter(line -> Stream.of(names)
                            .anyMatch(name -> line.startsWith(name + "{") || line.startsWith(name + " ")))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    /**
     * Returns the heap that all its threads allocated so far.
     *
     * @param java the {@code java} command; {@code jcmd} must be in its directory
     * @return bytes, to about a part in a thousand
     */
    public double allocated(Path java) {
        String threads =
                Command.run(java.resolveSibling("jcmd").toString(), Long.toString(process.pid()), "Thread.print", "-e");
        return AllocatedHeap.ofThreads(threads);
    }

    /** Ends the service in order. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("The service does not stop; its log: " + log);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns the errors in its log.
     *
     * @return the lines of its log at level ERROR
     * @throws IOException if the log cannot be read
     */
    public List<String> errors() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" ERROR ")).toList();
        }
    }
}
