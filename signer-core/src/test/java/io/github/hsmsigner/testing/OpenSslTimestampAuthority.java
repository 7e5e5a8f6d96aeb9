package io.github.hsmsigner.testing;

import com.sun.net.httpserver.HttpExchange;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A timestamp authority: OpenSSL's {@code ts -reply} behind HTTP, with ways to misbehave. */
public final class OpenSslTimestampAuthority implements AutoCloseable {

    private final Path directory;
    private final LoopbackServer server;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile UnaryOperator<byte[]> requestChange;
    private volatile UnaryOperator<byte[]> responseChange;
    private volatile int status;
    private volatile boolean slow;
    private volatile String authorization;

    /** Makes an authority that does everything right, with its files in a directory. No one answers about its certificate. */
    public OpenSslTimestampAuthority(Path directory) {
        this.directory = directory;
        prepare();
        try {
            Files.writeString(
                    directory.resolve("extensions"),
                    "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 30 -subj /CN=TSA-CA");
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.csr -subj /CN=TSA");
        openssl(
                "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out tsa.pem");
        server = new LoopbackServer(this::answer);
    }

    /** Makes an authority with a certificate of another authority, and its files in a directory. */
    public OpenSslTimestampAuthority(Path directory, OpenSslRevocationServer.Authority certifier) {
        this.directory = directory;
        prepare();
        String name = directory.getFileName().toString();
        certifier.certify(
                name,
                "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n" + certifier.addresses());
        try {
            Files.copy(certifier.file(name + ".pem"), directory.resolve("tsa.pem"));
            Files.copy(certifier.file(name + ".key"), directory.resolve("tsa.key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = new LoopbackServer(this::answer);
    }

    private void prepare() {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("serial"), "01\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reset();
    }

    /** Does everything right again, and forgets what happened. */
    public void reset() {
        requests.set(0);
        requestChange = octets -> octets;
        responseChange = octets -> octets;
        status = 200;
        slow = false;
        authorization = null;
        signWith("sha256");
    }

    /** Has tokens signed with a digest algorithm, as OpenSSL calls it. */
    public void signWith(String digest) {
        try {
            Files.writeString(directory.resolve("ts.cnf"), """
                    [tsa]
                    default_tsa = config
                    [config]
                    serial = %1$s/serial
                    signer_cert = %1$s/tsa.pem
                    certs = %1$s/tsa.pem
                    signer_key = %1$s/tsa.key
                    signer_digest = %2$s
                    default_policy = 1.2.3.4.1
                    other_policies = 1.2.3.4.5
                    digests = sha256, sha384, sha512, sha3-256
                    ess_cert_id_alg = sha256
                    """.formatted(directory, digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds lines to the settings of OpenSSL, until it is reset. */
    public void configure(String lines) {
        try {
            Files.writeString(directory.resolve("ts.cnf"), lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return server.uri("/tsa");
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

    private Reply answer(HttpExchange exchange, byte[] received) throws IOException {
        int number = requests.incrementAndGet();
        byte[] request = requestChange.apply(received);
        String sent = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null && !authorization.equals(sent)) {
            return new Reply(401, new byte[0], false);
        }
        byte[] response = responseChange.apply(reply(request, number));
        exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
        return new Reply(status, response, slow);
    }

    /** One at a time: OpenSSL keeps the serial number in a file. */
    private synchronized byte[] reply(byte[] request, int number) throws IOException {
        Files.write(directory.resolve(number + ".tsq"), request);
        openssl("ts -reply -config ts.cnf -queryfile " + number + ".tsq -out " + number + ".tsr");
        return Files.readAllBytes(directory.resolve(number + ".tsr"));
    }

    private void openssl(String arguments) {
        ExternalTool.runOrFail("sh", "-c", "cd '" + directory + "' && exec openssl " + arguments);
    }

    @Override
    public void close() {
        server.close();
    }
}
