package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The token in another process, that {@code p11-kit server} gives to p11-kit's remote module: it can hang, break, and be away. */
final class RemoteToken implements AutoCloseable {

    private static final List<Path> CLIENTS = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so"));
    private static final long START_LIMIT_NANOS = 10_000_000_000L;

    private final Path module;
    private final Path socket;
    private Process process;

    RemoteToken(Path module, Path socket) {
        this.module = module;
        this.socket = socket;
        start();
    }

    static Path clientModule() {
        return CLIENTS.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("p11-kit's modules are not at any of " + CLIENTS));
    }

    /** What the remote module reads from P11_KIT_SERVER_ADDRESS. */
    String address() {
        return "unix:path=" + socket;
    }

    void start() {
        try {
            Files.deleteIfExists(socket);
            process = new ProcessBuilder(
                            "p11-kit",
                            "server",
                            "--foreground",
                            "--name",
                            socket.toString(),
                            "--provider",
                            module.toString(),
                            "pkcs11:")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            long end = System.nanoTime() + START_LIMIT_NANOS;
            while (!listens()) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    process.destroyForcibly();
                    throw new IllegalStateException("p11-kit server does not listen at " + socket);
                }
                LockSupport.parkNanos(1_000_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("p11-kit server cannot be started", e);
        }
    }

    private boolean listens() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Breaks the connections that there are; new ones are taken. */
    void breakConnections() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Has calls hang until {@link #resume}. */
    void halt() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        // One that ends meanwhile is none to halt.
        processes()
                .filter(ProcessHandle::isAlive)
                .forEach(handle -> Command.run(
                        "sh", "-c", "kill -" + name + " " + handle.pid() + " || ! kill -0 " + handle.pid()));
    }

    private Stream<ProcessHandle> processes() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
    }

    @Override
    public void close() {
        List<ProcessHandle> all = processes().toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
    }
}
