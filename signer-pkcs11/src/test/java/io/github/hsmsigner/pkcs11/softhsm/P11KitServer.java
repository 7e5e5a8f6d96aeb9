package io.github.hsmsigner.pkcs11.softhsm;

import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * SoftHSM in a process of its own, served by {@code p11-kit server} to p11-kit's remote module in this one. The module reads the address
 * from the environment variable P11_KIT_SERVER_ADDRESS, which the build sets.
 */
public final class P11KitServer {

    private static final List<Path> CLIENTS = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so"));
    private static final String ADDRESS_PREFIX = "unix:path=";
    private static final long START_LIMIT_NANOS = 10_000_000_000L;

    private final Process process;

    private P11KitServer(Process process) {
        this.process = process;
    }

    /** The remote module. */
    public static Path clientModule() {
        return CLIENTS.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "p11-kit's modules are not installed (scripts/test installs them); looked for " + CLIENTS));
    }

    private static Path socket() {
        return Path.of(System.getenv("P11_KIT_SERVER_ADDRESS").substring(ADDRESS_PREFIX.length()));
    }

    /** Makes sure that nobody listens, not even a server that a run which was killed has left behind. */
    public static void beAway() {
        try {
            Files.deleteIfExists(socket());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server and waits until it listens. */
    public static P11KitServer start() {
        Path socket = socket();
        beAway();
        try {
            Process process = new ProcessBuilder(
                            "p11-kit",
                            "server",
                            "--foreground",
                            "--name",
                            socket.toString(),
                            "--provider",
                            SoftHsm.module().toString(),
                            "pkcs11:")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            long end = System.nanoTime() + START_LIMIT_NANOS;
            while (!listens(socket)) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    process.destroyForcibly();
                    throw new IllegalStateException("p11-kit server does not listen at " + socket);
                }
                LockSupport.parkNanos(1_000_000);
            }
            return new P11KitServer(process);
        } catch (IOException e) {
            throw new UncheckedIOException("scripts/test installs what the tests need: p11-kit", e);
        }
    }

    /** The file alone does not tell: it is there before the server listens. */
    private static boolean listens(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Kills the processes that serve connections; the server takes new ones. */
    public void killConnections() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Halts the server and what serves its connections, so that calls do not come back. */
    public void halt() {
        withItsDescendants().forEach(handle -> ExternalTool.runOrFail("kill", "-STOP", Long.toString(handle.pid())));
    }

    private Stream<ProcessHandle> withItsDescendants() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
    }

    /** Kills the server and what serves its connections, halted or not. */
    public void kill() {
        List<ProcessHandle> all = withItsDescendants().toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
    }
}
