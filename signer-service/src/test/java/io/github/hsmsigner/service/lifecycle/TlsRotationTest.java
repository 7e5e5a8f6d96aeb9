package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.SettingsReader.SettingsFile;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service notices by itself that the files of TLS were replaced. There are two, so there is always a time at which they do not
 * belong together.
 */
@Timeout(60)
class TlsRotationTest {

    private static final TestPki PKI = new TestPki();
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    @TempDir
    private Path directory;

    @Test
    void newConnectionsGetTheNewCertificateOnceItsKeyIsThereToo() throws Exception {
        KeyPair firstKey = TestPki.rsaKeyPair(2048);
        KeyPair secondKey = TestPki.rsaKeyPair(2048);
        X509Certificate first = PKI.certifySigner("First", firstKey.getPublic());
        X509Certificate second = PKI.certifySigner(
                "Second",
                secondKey.getPublic(),
                Instant.now().minus(Duration.ofDays(1)),
                Instant.now().plus(Duration.ofDays(20)));
        replace("server.pem", first, PKI.intermediate());
        replace("server.key", TestPki.pkcs8(firstKey));
        SettingsFile source = SettingsFile.of(
                        Map.of("SIGNING_SERVICE_CONFIG", configuration().toString()))
                .orElseThrow();
        ServiceLifecycle service = RotationTest.service(source.read(), Optional.of(source));
        try (CapturedLog log = new CapturedLog()) {
            service.start();
            Client admin = new Client(service.adminPort().orElseThrow());
            try (SSLSocket established = connect(service.port())) {
                assertThat(certificate(established)).isEqualTo(first);

                replace("server.pem", second, PKI.intermediate());
                assertThat(expiry(admin)).isEqualTo(first.getNotAfter().toInstant());
                await("the refusal", () -> reloads(admin, "failed").equals("1.0"));
                assertThat(Client.text(admin.get("/health/ready")))
                        .contains(
                                "TLS files could not be reloaded; the previous version stays in use: The private key in ");
                try (SSLSocket connection = connect(service.port())) {
                    assertThat(certificate(connection)).isEqualTo(first);
                    assertServed(connection);
                }

                replace("server.key", TestPki.pkcs8(secondKey));
                await("the new certificate", () -> reloads(admin, "ok").equals("1.0"));
                assertThat(Client.text(admin.get("/health/ready"))).doesNotContain("could not be reloaded");
                assertThat(expiry(admin)).isEqualTo(second.getNotAfter().toInstant());
                try (SSLSocket connection = connect(service.port())) {
                    assertThat(certificate(connection)).isEqualTo(second);
                    assertServed(connection);
                }
                assertServed(established);
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("TLS files"))
                    .hasSize(2)
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("WARN")
                                    .contains(
                                            "TLS files could not be reloaded; the previous version stays in use: ",
                                            "is not that of a certificate in",
                                            "CN=Second"),
                            line -> assertThat(line)
                                    .startsWith("INFO")
                                    .contains(
                                            "TLS files reloaded: new connections get the certificate of CN=Second, serial "
                                                    + second.getSerialNumber().toString(16) + ", valid to "));
        } finally {
            service.close();
        }
    }

    private Path configuration() throws IOException {
        return Files.write(
                directory.resolve("signer.yaml"),
                List.of(
                        "server:",
                        "  address: 127.0.0.1",
                        "  port: 0",
                        "  stop-limit: 100ms",
                        "  admin: {port: 0}",
                        "  tls:",
                        "    certificate: " + directory.resolve("server.pem"),
                        "    private-key: " + directory.resolve("server.key"),
                        "keys:",
                        "  test:",
                        "    keystore: " + TestKey.writeKeyStore(directory),
                        "    keystore-password: " + TestKey.PASSWORD));
    }

    private void replace(String name, Object... content) throws IOException {
        Path made = TestPki.writePem(directory.resolve("made"), content);
        Files.move(made, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A connection of its own: with a context that is used again, the session would be resumed, and no certificate be sent. */
    private static SSLSocket connect(int port) throws IOException {
        SSLSocketFactory factory = PKI.clientTls().getSocketFactory();
        return (SSLSocket) factory.createSocket(new Socket("127.0.0.1", port), "any.name", port, true);
    }

    private static X509Certificate certificate(SSLSocket connection) throws IOException {
        connection.startHandshake();
        return (X509Certificate) connection.getSession().getPeerCertificates()[0];
    }

    private static void assertServed(SSLSocket connection) throws IOException {
        connection.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(connection.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 200 ");
    }

    private static String reloads(Client admin, String result) {
        return Client.text(admin.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith("signer_reloads_total{")
                        && line.contains("kind=\"tls\"")
                        && line.contains("result=\"" + result + "\""))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("none");
    }

    private static Instant expiry(Client admin) {
        String name = "signer_tls_certificate_expiry_timestamp_seconds ";
        return Client.text(admin.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> new BigDecimal(line.substring(name.length())))
                .map(seconds -> Instant.ofEpochSecond(seconds.longValueExact()))
                .findFirst()
                .orElseThrow();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
