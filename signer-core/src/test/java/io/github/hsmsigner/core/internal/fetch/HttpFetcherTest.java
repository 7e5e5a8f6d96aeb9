package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpFetcherTest {

    private static final byte[] DOCUMENT = "document".getBytes(StandardCharsets.US_ASCII);

    private final HttpFetcher fetcher = new HttpFetcher(DOCUMENT.length);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> locations = new ConcurrentHashMap<>();
    private volatile int redirectStatus = 302;
    private final LoopbackServer other = new LoopbackServer(this::reply);
    private final LoopbackServer server = new LoopbackServer(this::reply);

    private Reply reply(HttpExchange exchange, byte[] body) {
        String target = exchange.getRequestURI().toString();
        requests.add(exchange.getRequestMethod() + " " + target + " " + body.length + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        String location = locations.get(target);
        if (target.equals("/missing")) {
            return new Reply(404, DOCUMENT, false);
        }
        if (location == null) {
            return Reply.of(DOCUMENT);
        }
        exchange.getResponseHeaders().set("Location", location);
        return new Reply(redirectStatus, new byte[0], false);
    }

    @AfterEach
    void stop() {
        server.close();
        other.close();
    }

    private byte[] get(String path) throws IOException {
        return fetcher.get(server.uri(path), TestKeys.soon());
    }

    private byte[] post() throws IOException {
        return fetcher.post(
                server.uri("/key1"), Map.of("Authorization", "Basic eDp5"), new byte[] {1}, TestKeys.soon());
    }

    /** Docker Compose uses names of services as host names. A file of host names makes them resolve, so a separate JVM asks. */
    @Test
    void hostsMayHaveNamesThatUriRefuses(@TempDir Path directory) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 pki_srv tsa- -ca.example localhost\n");
        String port = Integer.toString(server.uri("/").getPort());
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djdk.net.hosts.file=" + hosts,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Client.class.getName(),
                        "http://pki_srv:" + port + "/a",
                        "HTTP://tsa-:" + port + "/b",
                        "http://-ca.example:" + port + "/c",
                        "http://unknown_srv/d",
                        "https://unknown.example/e",
                        "http://unknown:8080")
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("document\ndocument\ndocument\n" + unknown("unknown_srv:80")
                            + unknown("unknown.example:443") + unknown("unknown:8080"));
        } finally {
            client.destroyForcibly().onExit().join();
        }
        assertThat(requests).containsExactly("GET /a 0 null", "GET /b 0 null", "GET /c 0 null");
    }

    private static String unknown(String server) {
        return "the name of the server " + server + " is unknown: DNS has no address for it\n";
    }

    /** Fetches each argument and prints it, or why that failed. */
    static final class Client {

        private Client() {}

        public static void main(String[] addresses) {
            for (String address : addresses) {
                System.out.print(answer(HttpAddress.parse(address).uri()) + "\n");
            }
        }

        private static String answer(URI address) {
            try {
                return new String(new HttpFetcher(100).get(address, TestKeys.soon()), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    void redirectsAreFollowed() throws IOException {
        locations.put("/1", "2");
        locations.put("/2", "/3 blank");
        locations.put("/3%20blank", other.uri("/end").toString());
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            redirectStatus = status;
            assertThat(get("/1")).isEqualTo(DOCUMENT);
        }
        assertThat(requests).hasSize(20).endsWith("GET /2 0 null", "GET /3%20blank 0 null", "GET /end 0 null");
    }

    @Test
    void redirectsThatAreNotFollowedShowTheirTarget() {
        locations.put("/loop", "/loop");
        locations.put("/file", "file:///etc/passwd");
        locations.put("/ldap", "ldap://127.0.0.1/cn=a\u0007");
        locations.put("/bad", "http://a b/");
        assertThatThrownBy(() -> get("/loop"))
                .hasMessage("the answer has status 302 and redirects to " + server.uri("/loop")
                        + ", which is not followed because there were 3 redirects before, after a redirect to "
                        + server.uri("/loop"));
        assertThatThrownBy(() -> get("/file"))
                .hasMessage(
                        "the answer has status 302 and redirects to file:///etc/passwd, which is not followed because"
                                + " it does not begin with http:// or https://");
        assertThatThrownBy(() -> get("/ldap")).hasMessageContaining("redirects to ldap://127.0.0.1/cn=a");
        assertThatThrownBy(() -> get("/bad")).hasMessageContaining("redirects to http://a b/, which");
        assertThat(requests).hasSize(7);
    }

    @Test
    void theFailureAfterARedirectNamesTheTarget() {
        URI closed = LoopbackServer.closedPort();
        locations.put("/moved", closed.toString());
        assertThatThrownBy(() -> get("/moved"))
                .hasMessageContainingAll("the connection to 127.0.0.1:", "was refused", "redirect to " + closed);
        locations.put("/gone", "/missing");
        assertThatThrownBy(() -> get("/gone"))
                .hasMessage("the answer has status 404, after a redirect to " + server.uri("/missing"));
    }

    @Test
    void postIsRepeatedForTheStatusesThatKeepTheMethod() throws IOException {
        locations.put("/key1", other.uri("/key2").toString());
        for (int status : new int[] {307, 308}) {
            redirectStatus = status;
            assertThat(post()).isEqualTo(DOCUMENT);
        }
        assertThat(requests)
                .containsExactly(
                        "POST /key1 1 Basic eDp5", "POST /key2 1 null", "POST /key1 1 Basic eDp5", "POST /key2 1 null");
        for (int status : new int[] {301, 302, 303}) {
            redirectStatus = status;
            assertThatThrownBy(this::post)
                    .hasMessageContaining("redirects to " + other.uri("") + ", which is not followed because a POST")
                    .hasMessageNotContaining("key");
        }
    }

    @Test
    void credentialsStayAtTheirOrigin() throws IOException {
        locations.put("/key1", "/key2");
        redirectStatus = 307;
        assertThat(post()).isEqualTo(DOCUMENT);
        assertThat(requests).containsExactly("POST /key1 1 Basic eDp5", "POST /key2 1 Basic eDp5");
    }

    @Test
    void anAnswerHasALimitThatIsNamed() throws IOException {
        assertThat(get("/")).isEqualTo(DOCUMENT);
        assertThatThrownBy(() -> new HttpFetcher(7, "SOME_SETTING").get(server.uri("/"), TestKeys.soon()))
                .hasMessage("the answer is larger than 7 bytes; SOME_SETTING sets the limit");
    }

    /** The thread of a request that is given up must end: it could otherwise be one more for each request. */
    @Test
    void headersThatNeverEndAreGivenUp() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI address = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
            Thread trickle = new Thread(() -> {
                try (Socket connection = socket.accept()) {
                    connection.getOutputStream().write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        connection.getOutputStream().write('x');
                        Thread.onSpinWait();
                    }
                } catch (IOException e) {
                    // The client has closed the connection.
                }
            });
            trickle.start();
            assertThatThrownBy(() -> fetcher.get(address, Deadline.after(Duration.ofMillis(100))));
            trickle.join(Duration.ofSeconds(20).toMillis());
            assertThat(trickle.isAlive()).isFalse();
        }
    }
}
