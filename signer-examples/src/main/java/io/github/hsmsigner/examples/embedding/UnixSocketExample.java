package io.github.hsmsigner.examples.embedding;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A transport without HTTP: lines over a Unix domain socket, for programs on the same machine. {@link LineProtocol} says what the
 * lines are. The permissions of the socket's directory say who may connect (unix(7)), so it must be open to its owner alone.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=contracts \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.embedding.UnixSocketExample run/signer.sock
 * }</pre>
 */
public final class UnixSocketExample {

    private static final int MAX_CONNECTIONS = 8;

    private UnixSocketExample() {}

    /**
     * Serves until the process is ended.
     *
     * @param args the path of the socket, which must not exist; its directory is made if need be
     * @throws IOException if the socket cannot be made
     */
    public static void main(String[] args) throws IOException {
        Path socket = Path.of(args[0]).toAbsolutePath();
        requirePrivateDirectory(socket.getParent());
        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningKey key = SigningKey.open(
                    "example",
                    token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL"))),
                    token.certificates(List.of()),
                    Deadline.after(Duration.ofSeconds(10)));
            serve(
                    socket,
                    new LineProtocol(SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                            .build()));
        }
    }

    private static void requirePrivateDirectory(Path directory) throws IOException {
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
        if (!ownerOnly.containsAll(Files.getPosixFilePermissions(directory))) {
            throw new IOException(directory + " must be open to its owner alone: chmod 700 " + directory);
        }
    }

    private static void serve(Path socket, LineProtocol protocol) throws IOException {
        // As many connections as threads; one more is refused at once and does not wait unseen.
        ExecutorService connections =
                new ThreadPoolExecutor(0, MAX_CONNECTIONS, 1, TimeUnit.MINUTES, new SynchronousQueue<>());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, socket, main), "stop"));
            System.out.println("Listening on " + socket);
            while (true) {
                SocketChannel connection = server.accept();
                try {
                    connections.execute(() -> protocol.serve(connection));
                } catch (RejectedExecutionException e) {
                    protocol.refuse(connection);
                }
            }
        } catch (ClosedChannelException e) {
            // Stopping: what was begun is answered.
            connections.shutdown();
            awaitEnd(connections);
        }
    }

    private static void awaitEnd(ExecutorService connections) {
        try {
            if (!connections.awaitTermination(10, TimeUnit.SECONDS)) {
                connections.shutdownNow();
            }
        } catch (InterruptedException e) {
            connections.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(ServerSocketChannel server, Path socket, Thread main) {
        try {
            server.close();
            Files.deleteIfExists(socket);
            // The process ends with this hook, so the token must be closed before it returns.
            main.join(TimeUnit.SECONDS.toMillis(15));
        } catch (IOException e) {
            System.err.println("The socket could not be removed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
