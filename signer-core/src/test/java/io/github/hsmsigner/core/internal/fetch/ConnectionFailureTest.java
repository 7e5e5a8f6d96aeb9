package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.LoopbackServer;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that cannot be reached. */
@Timeout(20)
class ConnectionFailureTest {

    private final HttpFetcher fetcher = new HttpFetcher(100);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"})
    void aRefusedConnectionIsNamedWithHostAndPort(String host) {
        int port = LoopbackServer.closedPort().getPort();
        assertThatThrownBy(() -> fetcher.get(URI.create("http://" + host + ":" + port + "/ca.crl"), TestKeys.soon()))
                .hasMessage("the connection to " + host + ":" + port + " was refused: no program listens on this port");
    }

    @Test
    void aServerThatEndsTheConnectionIsNamed() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> closeEach(socket), "closing-server");
            server.setDaemon(true);
            server.start();
            String address = "127.0.0.1:" + socket.getLocalPort();
            assertThatThrownBy(() -> fetcher.get(URI.create("http://" + address + "/"), TestKeys.soon()))
                    .hasMessageContaining(address)
                    .hasMessageNotContaining("Exception");
            assertThatThrownBy(() -> fetcher.get(URI.create("https://" + address + "/"), TestKeys.soon()))
                    .hasMessageContaining("TLS with " + address + " failed: ");
        }
    }

    private static void closeEach(ServerSocket socket) {
        try {
            while (true) {
                socket.accept().close();
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new UnknownHostException("ca"),
                        "the name of the server ca:80 is unknown: DNS has no address for it"),
                Arguments.of(new NoRouteToHostException("No route to host"), "there is no route to ca:80"),
                Arguments.of(new ConnectException("Network is unreachable"), "there is no route to ca:80"),
                Arguments.of(new SocketException("Network is unreachable"), "there is no route to ca:80"),
                Arguments.of(
                        new ConnectException("Connection refused (Connection refused)"),
                        "the connection to ca:80 was refused: no program listens on this port"),
                Arguments.of(new ConnectException("Connection timed out"), "the connection to ca:80 timed out"),
                Arguments.of(new SocketTimeoutException("Connect timed out"), "the connection to ca:80 timed out"),
                Arguments.of(
                        new SocketException("Connection reset"), "the connection to ca:80 failed: Connection reset"),
                Arguments.of(new SSLHandshakeException(null), "TLS with ca:80 failed"),
                Arguments.of(new EOFException(), "the request to ca:80 failed: EOFException"));
    }

    /** Networks without a route are not at hand; the exceptions are those of Java for the error codes of the kernel. */
    @ParameterizedTest
    @MethodSource("failures")
    void theReasonIsInWords(Exception failure, String words) {
        assertThat(ConnectionFailure.inWords(failure, "ca:80")).isEqualTo(words);
    }
}
