package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A stranger brings every limit on clients to its worst case at the same time, and the service still signs for its client: with the
 * options of {@code deploy/systemd}, with those of the image in the smallest container, and with the smallest heap without options.
 */
@Timeout(120)
class ExhaustionTest {

    private static final Path DEPLOY =
            Path.of(System.getProperty("basedir", "")).resolveSibling("deploy");

    private static final String REQUEST =
            "{\"action\":\"sign\",\"hash_algorithm\":\"sha512\",\"signing_token\":\"user\","
                    + "\"data_to_be_signed\":\"" + "A".repeat(400) + "\"}";

    @TempDir
    private Path directory;

    private final List<Socket> held = new ArrayList<>();

    enum Launch {
        SYSTEMD("systemd/java-options"),
        /** As in a container with 128 MiB, a quarter of what the manifests for Kubernetes set. */
        IMAGE("docker/java-options", "-XX:MaxRAM=128m"),
        /** What a machine with 256 MiB gives a virtual machine without options. */
        NO_OPTIONS(null, "-XX:MaxRAM=256m");

        private final String file;
        private final List<String> more;

        Launch(String file, String... more) {
            this.file = file;
            this.more = List.of(more);
        }

        List<String> options() throws IOException {
            List<String> options = new ArrayList<>(more);
            if (file != null) {
                Files.readAllLines(DEPLOY.resolve(file)).stream()
                        .filter(line -> line.startsWith("-"))
                        .forEach(options::add);
            }
            return options;
        }
    }

    private static String head(int length) {
        return "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    /** Each field has a name of its own, which Jetty keeps. */
    private static String fields(int number, int length) {
        StringBuilder fields = new StringBuilder("POST /sign HTTP/1.1\r\n");
        IntStream.range(0, number)
                .forEach(i -> fields.append("x-")
                        .append(i)
                        .append(": ")
                        .append("v".repeat(length))
                        .append("\r\n"));
        return fields.toString();
    }

    private static String names(int request) {
        StringBuilder names = new StringBuilder("{\"action\":\"sign\"");
        IntStream.range(0, 58)
                .forEach(i -> names.append(",\"")
                        .append(request)
                        .append('-')
                        .append(i)
                        .append("n".repeat(115))
                        .append("\":0"));
        return names.toString();
    }

    /** Opens connections from an address of this machine, of which Linux has all that begin with 127. */
    private void attack(String address, int port, int connections, String request) {
        byte[] octets = request.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < connections; i++) {
            try {
                Socket socket = new Socket();
                held.add(socket);
                socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
                socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
                socket.getOutputStream().write(octets);
            } catch (IOException e) {
                // The server has refused the request while it was sent.
                continue;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theProcessLivesAndItsClientGetsSignatures(Launch launch) throws IOException {
        Map<String, String> variables = Map.of(
                "SIGNING_KEYSTORE",
                TestKey.writeKeyStore(directory).toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD,
                "SIGNING_SERVICE_PORT",
                "0");
        try (ChildProcess process = ChildProcess.start(launch.options(), directory, variables)) {
            int port = process.awaitPort();
            Client client = new Client(port);
            String token = "{\"action\":\"sign\",\"signing_token\":\"" + "t".repeat(16_380);
            attack("127.0.0.2", port, 40, head(2_000_000) + "{\"signing_token\":\"" + "t".repeat(1_000_000));
            attack("127.0.0.2", port, 40, fields(3_000, 1));
            attack("127.0.0.2", port, 100, head(2_000_000) + token);
            attack("127.0.0.3", port, 100, head(2_000_000) + names(port));
            assertSigns(client);
            attack("127.0.0.3", port, 100, head(60_000) + token + "\",\"x\":\"" + "x".repeat(40_000));
            attack("127.0.0.4", port, 900, fields(60, 120));
            assertSigns(client);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    /** On busy processors the client's share can become free later than the server waits for it; then the answer is 503. */
    private static void assertSigns(Client client) {
        for (int i = 0; i < 10; i++) {
            ConfiguredService.await("the client gets a signature", () -> {
                int status = client.sign(REQUEST).statusCode();
                assertThat(status).isIn(200, 503);
                return status == 200;
            });
        }
    }
}
