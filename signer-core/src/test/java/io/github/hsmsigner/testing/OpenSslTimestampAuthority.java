package io.github.hsmsigner.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A timestamp authority: OpenSSL's {@code ts -reply} behind HTTP, with ways to misbehave. */
public final class OpenSslTimestampAuthority implements AutoCloseable {

    private final Path directory;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();
    private volatile UnaryOperator<byte[]> requestChange = octets -> octets;
    private volatile UnaryOperator<byte[]> responseChange = octets -> octets;
    private volatile int status = 200;
    private volatile boolean slow;
    private volatile String authorization;

    /** Makes an authority that does everything right, with its files in a directory. */
    public OpenSslTimestampAuthority(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("serial"), "01\n");
            Files.writeString(directory.resolve("ts.cnf"), """
                    [tsa]
                    default_tsa = config
                    [config]
                    serial = %1$s/serial
                    signer_cert = %1$s/tsa.pem
                    certs = %1$s/tsa.pem
                    signer_key = %1$s/tsa.key
                    signer_digest = sha256
                    default_policy = 1.2.3.4.1
                    other_policies = 1.2.3.4.5
                    digests = sha256, sha384, sha512
                    ess_cert_id_alg = sha256
                    """.formatted(directory));
            Files.writeString(
                    directory.resolve("extensions"),
                    "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n");
            openssl(
                    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 30 -subj /CN=TSA-CA");
            openssl(
                    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.csr -subj /CN=TSA");
            openssl(
                    "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out tsa.pem");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tsa");
    }

    public X509Certificate caCertificate() {
        try (var in = Files.newInputStream(directory.resolve("ca.pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    public int requests() {
        return requests.get();
    }

    /** Answers another request than the one it got. */
    public void changeRequest(UnaryOperator<byte[]> change) {
        requestChange = change;
    }

    /** Changes its answers. */
    public void changeResponse(UnaryOperator<byte[]> change) {
        responseChange = change;
    }

    public void answerStatus(int httpStatus) {
        status = httpStatus;
    }

    /** Sends the start of its answers, and the rest when the test is over. */
    public void beSlow() {
        slow = true;
    }

    public void require(String authorizationHeader) {
        authorization = authorizationHeader;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            int number = requests.incrementAndGet();
            byte[] request = requestChange.apply(exchange.getRequestBody().readAllBytes());
            String sent = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null && !authorization.equals(sent)) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            byte[] response = responseChange.apply(reply(request, number));
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(status, response.length);
            exchange.getResponseBody().write(response, 0, 1);
            if (slow) {
                exchange.getResponseBody().flush();
                await();
            }
            exchange.getResponseBody().write(response, 1, response.length - 1);
        }
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One at a time: OpenSSL keeps the serial number in a file. */
    private synchronized byte[] reply(byte[] request, int number) throws IOException {
        Files.write(directory.resolve(number + ".tsq"), request);
        openssl("ts -reply -config ts.cnf -queryfile " + number + ".tsq -out " + number + ".tsr");
        return Files.readAllBytes(directory.resolve(number + ".tsr"));
    }

    private void openssl(String arguments) {
        ExternalTool.runOrFail("sh", "-c", "cd '" + directory + "' && openssl " + arguments);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
