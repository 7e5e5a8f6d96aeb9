package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsTest {

    private static final TestPki PKI = new TestPki();
    private static final TestPki STRANGERS = new TestPki();
    private static final String REQUEST = RawConnection.callback("{\"action\":\"get_certificates\"}");

    @TempDir
    private Path directory;

    private final AtomicReference<Map<String, String>> facts = new AtomicReference<>();
    private SigningHttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private X509Certificate writeIdentity(String name, KeyPair key) {
        X509Certificate certificate = PKI.certifySigner(name, key.getPublic());
        TestPki.writePem(directory.resolve("server.pem"), certificate, PKI.intermediate());
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key));
        return certificate;
    }

    private TlsSettings settings(TlsSettings.ClientCertificates clients) {
        return new TlsSettings(
                directory.resolve("server.pem"),
                directory.resolve("server.key"),
                Optional.empty(),
                clients,
                clients == TlsSettings.ClientCertificates.NONE
                        ? List.of()
                        : List.of(TestPki.writePem(directory.resolve("clients.pem"), PKI.root())));
    }

    private void start(TlsSettings.ClientCertificates clients) {
        start(clients, TestLimits.DEFAULTS);
    }

    private void start(TlsSettings.ClientCertificates clients, ClientLimits limits) {
        var service = TestKey.service(directory, attempt -> {
            facts.set(attempt.context().transportFacts());
            return PolicyDecision.allow();
        });
        server = TestServer.start(
                TestServer.settings(TestServer.ANY_PORT, Optional.of(settings(clients)), Optional.empty(), limits),
                () -> service);
    }

    /** A client that shows a certificate, whether the server asks for its issuer or not. */
    private static SSLContext clientWith(KeyPair key, X509Certificate... chain) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", key.getPrivate(), new char[0], chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return PKI.clientTls(new PushyKeyManager(factory));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private RawConnection connect(SSLContext context) throws IOException {
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(new Socket("127.0.0.1", server.port()), "any.name", 1, true);
        return new RawConnection(socket);
    }

    private RawConnection.Answer once(SSLContext context) throws IOException {
        try (RawConnection connection = connect(context)) {
            return connection.send(REQUEST).answer();
        }
    }

    private static X509Certificate serverCertificate(SSLContext context, int port) throws IOException {
        try (Socket plain = new Socket("127.0.0.1", port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "any.name", port, true)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256", "EC, 384", "Ed25519, 255"})
    void servesWithEveryKindOfKey(String algorithm, int bits) throws IOException {
        X509Certificate certificate = writeIdentity("Server", TestPki.keyPair(algorithm, bits));
        start(TlsSettings.ClientCertificates.NONE);
        assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
        assertThat(serverCertificate(PKI.clientTls(), server.port())).isEqualTo(certificate);
        assertThat(facts.get()).containsOnlyKeys("remote_address");
    }

    /** Never silent for long, and never done; while another client keeps its connection for longer than that, with a request now and then. */
    @Test
    void aBeginningThatTricklesIsCutOff() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        ClientLimits defaults = TestLimits.DEFAULTS;
        start(
                TlsSettings.ClientCertificates.NONE,
                TestLimits.with().idleTimeout(Duration.ofSeconds(1)).build());
        ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
        // The record of a ClientHello that would be 16 KiB long.
        byte[] start = {22, 3, 1, 64, 0, 1, 0, 63, 124, 3, 3};
        try (RawConnection kept = connect(PKI.clientTls());
                Socket trickling = new Socket("127.0.0.1", server.port())) {
            assertThat(kept.send(REQUEST).answer().status()).isEqualTo(200);
            trickling.getOutputStream().write(start);
            Future<?> sending =
                    trickle.scheduleAtFixedRate(() -> sendUntilCutOff(trickling), 20, 20, TimeUnit.MILLISECONDS);
            while (!sending.isDone()) {
                assertThat(kept.send(REQUEST).answer().status()).isEqualTo(200);
            }
            assertThat(kept.send(REQUEST).answer().status()).isEqualTo(200);
        } finally {
            trickle.shutdownNow();
        }
    }

    private static void sendUntilCutOff(Socket connection) {
        try {
            connection.getOutputStream().write(0);
        } catch (IOException e) {
            // An exception ends the schedule.
            throw new UncheckedIOException(e);
        }
    }

    private ExternalTool.Result openssl(String... options) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-CAfile",
                TestPki.writePem(directory.resolve("root.pem"), PKI.root()).toString(),
                "-verify_return_error"));
        command.addAll(List.of(options));
        return ExternalTool.run(command);
    }

    @Test
    void versionsAndCipherSuites() {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);

        assertThat(openssl("-tls1_3").output()).contains("New, TLSv1.3", "Verify return code: 0 (ok)");
        assertThat(openssl("-tls1_2").output()).contains("New, TLSv1.2", "Verify return code: 0 (ok)");
        assertRefused(openssl("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), "alert protocol version");
        assertRefused(openssl("-tls1", "-cipher", "ALL:@SECLEVEL=0"), "alert protocol version");
        for (String weak : List.of("AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256", "AES128-SHA", "NULL", "aNULL")) {
            assertRefused(openssl("-tls1_2", "-cipher", weak + ":@SECLEVEL=0"), "handshake failure");
        }
    }

    private static void assertRefused(ExternalTool.Result result, String alert) {
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains(alert).contains("no peer certificate available");
    }

    @Test
    void plainHttpGetsNoAnswer() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        try (RawConnection plain = RawConnection.to(server.port())) {
            plain.send(REQUEST);
            assertThatThrownBy(plain::answer).isInstanceOf(IOException.class);
        }
    }

    @Test
    void clientCertificatesThatAreRequired() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.REQUIRED);
        assertThatThrownBy(() -> once(PKI.clientTls())).isInstanceOf(IOException.class);
        assertClientCertificates();
    }

    @Test
    void clientCertificatesThatAreOptional() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.OPTIONAL);
        assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
        assertThat(facts.get()).containsOnlyKeys("remote_address");
        assertClientCertificates();
    }

    private void assertClientCertificates() throws IOException {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate known = PKI.certifySigner("Known Client", key.getPublic());
        assertThat(once(clientWith(key, known, PKI.intermediate())).status()).isEqualTo(200);
        assertThat(facts.get())
                .containsEntry(TransportFacts.CLIENT_CERTIFICATE_SUBJECT, "CN=Known Client")
                .containsAllEntriesOf(TransportFacts.ofClientCertificate(known));

        facts.set(null);
        X509Certificate unknown = STRANGERS.certifySigner("Stranger", key.getPublic());
        assertThatThrownBy(() -> once(clientWith(key, unknown, STRANGERS.intermediate())))
                .isInstanceOf(IOException.class);
        X509Certificate expired = PKI.certifySigner(
                "Expired",
                key.getPublic(),
                Instant.parse("2020-01-01T00:00:00Z"),
                Instant.parse("2021-01-01T00:00:00Z"));
        assertThatThrownBy(() -> once(clientWith(key, expired, PKI.intermediate())))
                .isInstanceOf(IOException.class);
        KeyPair other = TestPki.rsaKeyPair(2048);
        assertThatThrownBy(() -> once(clientWith(other, known, PKI.intermediate())))
                .as("a certificate without its key")
                .isInstanceOf(IOException.class);
        assertThat(facts.get()).isNull();
    }

    @Test
    void aReloadUnderLoadFailsNoRequest() throws IOException {
        X509Certificate first = writeIdentity("First", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        try (RawConnection established = connect(PKI.clientTls())) {
            assertThat(established.send(REQUEST).answer().status()).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                clients.add(CompletableFuture.runAsync(
                        () -> {
                            while (!done.get()) {
                                try {
                                    if (once(PKI.clientTls()).status() != 200) {
                                        failures.add("not 200");
                                    }
                                    answered.incrementAndGet();
                                } catch (IOException e) {
                                    failures.add(e.toString());
                                }
                            }
                        },
                        threads));
            }
            KeyPair second = TestPki.keyPair("EC", 256);
            KeyPair third = TestPki.rsaKeyPair(2048);
            X509Certificate last = first;
            for (int i = 0; i < 10; i++) {
                last = writeIdentity("Number " + i, i % 2 == 0 ? second : third);
                server.reloadTls();
                int before = answered.get();
                TestServer.await("requests after the reload", () -> answered.get() > before + 3);
            }
            assertThat(serverCertificate(PKI.clientTls(), server.port()))
                    .isEqualTo(last)
                    .isNotEqualTo(first);
            assertThat(established.send(REQUEST).answer().status()).isEqualTo(200);
        } finally {
            done.set(true);
            clients.forEach(CompletableFuture::join);
            threads.shutdown();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aReloadThatFailsChangesNothing() throws IOException {
        X509Certificate first = writeIdentity("First", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        TestPki.writePem(
                directory.resolve("server.key"), TestPki.rsaKeyPair(2048).getPrivate());
        assertThatThrownBy(() -> server.reloadTls())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("is not that of a certificate in")
                .hasMessageContaining("CN=First");
        assertThat(serverCertificate(PKI.clientTls(), server.port())).isEqualTo(first);
        assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void aKeyOfAnotherCertificate(String algorithm) {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        KeyPair other = TestPki.keyPair(algorithm, algorithm.equals("EC") ? 256 : 3072);
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(other));
        assertThatThrownBy(() -> start(TlsSettings.ClientCertificates.NONE))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("is not that of a certificate in");
    }

    @Test
    void aChainWithAGap() {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate certificate = writeIdentity("Server", key);
        TestPki.writePem(directory.resolve("server.pem"), certificate, PKI.root());
        assertThatThrownBy(() -> start(TlsSettings.ClientCertificates.NONE))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("are no chain: the certificate of the issuer \"CN=Test Issuing CA\" is missing");
    }

    @Test
    void theCertificateIsFoundByItsKeyWhateverTheOrder() throws Exception {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate certificate = writeIdentity("Server", key);
        KeyPair former = TestPki.rsaKeyPair(2048);
        TestPki.writePem(
                directory.resolve("server.pem"),
                PKI.root(),
                PKI.certifySigner("Server", former.getPublic()),
                PKI.intermediate(),
                certificate);
        start(TlsSettings.ClientCertificates.NONE);
        assertThat(serverCertificate(PKI.clientTls(), server.port())).isEqualTo(certificate);
        assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"brainpoolP256r1", "secp256k1", "secp224r1"})
    void anAuthorityWithAKeyThatTlsCannotUseIsNamed(String curve) {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        Path key = directory.resolve("ca.key");
        Path authority = directory.resolve("curve.pem");
        ExternalTool.runOrFail("openssl", "ecparam", "-name", curve, "-genkey", "-noout", "-out", key.toString());
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-key",
                key.toString(),
                "-subj",
                "/CN=Curve CA",
                "-out",
                authority.toString());
        TlsSettings settings = settings(TlsSettings.ClientCertificates.NONE);
        assertThatThrownBy(() -> TlsIdentity.read(new TlsSettings(
                        settings.certificates(),
                        settings.privateKey(),
                        Optional.empty(),
                        TlsSettings.ClientCertificates.REQUIRED,
                        List.of(authority))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("CN=Curve CA")
                .hasMessageContaining("has a key on " + curve);
    }

    /** The key is the same under each identifier of RSA; an authority may certify it for RSASSA-PSS alone. */
    @ParameterizedTest
    @ValueSource(strings = {"rsa-pss", "rsa"})
    void aCertificateForPssAlone(String keyIdentifier) throws Exception {
        Path pss = directory.resolve("pss.key");
        Path key = directory.resolve("server.key");
        Path certificate = directory.resolve("server.pem");
        ExternalTool.runOrFail("openssl", "genpkey", "-algorithm", "rsa-pss", "-out", pss.toString());
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-key",
                pss.toString(),
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-days",
                "9",
                "-out",
                certificate.toString());
        if (keyIdentifier.equals("rsa")) {
            Path der = directory.resolve("key.der");
            ExternalTool.runOrFail(
                    "openssl", "rsa", "-in", pss.toString(), "-traditional", "-outform", "DER", "-out", der.toString());
            ExternalTool.runOrFail("openssl", "rsa", "-inform", "DER", "-in", der.toString(), "-out", key.toString());
        } else {
            Files.copy(pss, key);
        }
        start(TlsSettings.ClientCertificates.NONE);
        assertThat(ExternalTool.runOrFail(
                        "sh",
                        "-c",
                        "openssl s_client -connect localhost:" + server.port() + " -CAfile " + certificate
                                + " -verify_return_error </dev/null 2>&1"))
                .contains("Verify return code: 0 (ok)");
    }

    @Test
    void clientCertificatesWithoutAnAuthority() {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        TlsSettings settings = settings(TlsSettings.ClientCertificates.NONE);
        TlsSettings without = new TlsSettings(
                settings.certificates(),
                settings.privateKey(),
                Optional.empty(),
                TlsSettings.ClientCertificates.REQUIRED,
                List.of());
        assertThatThrownBy(() -> TlsIdentity.read(without))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no authority is set");
        TlsSettings leaf = new TlsSettings(
                settings.certificates(),
                settings.privateKey(),
                Optional.empty(),
                TlsSettings.ClientCertificates.REQUIRED,
                List.of(settings.certificates()));
        assertThatThrownBy(() -> TlsIdentity.read(leaf))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("CN=Server")
                .hasMessageContaining("is not that of an authority");
    }

    /** The names are illegal for Java (RFC 952, RFC 6066 section 3). Docker Compose makes those with an underscore. */
    @ParameterizedTest
    @ValueSource(strings = {"signing_service", "-signing", "signing-", "signing..service"})
    void aNameThatJavaRefusesIsLogged(String name) {
        assertLogged(TlsSettings.ClientCertificates.NONE, () -> openssl("-servername", name), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"signing-service", "a.b.example", "xn--bcher-kva.example", "127.0.0.1"})
    void otherNamesAreServedWithoutALine(String name) {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        try (CapturedLog log = new CapturedLog()) {
            assertThat(openssl("-servername", name).output()).contains("Verify return code: 0 (ok)");
            assertThat(log.text()).doesNotContain("TLS handshake failed");
        }
    }

    @Test
    void whatElseJavaRefusesIsLogged() throws IOException {
        assertLogged(
                TlsSettings.ClientCertificates.NONE, () -> openssl("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), "TLSv1.1");
        server.stop();
        assertLogged(TlsSettings.ClientCertificates.REQUIRED, () -> openssl("-tls1_2"), "client certificate");
        server.stop();
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate stranger = STRANGERS.certifySigner("Stranger", key.getPublic());
        assertLogged(
                TlsSettings.ClientCertificates.OPTIONAL,
                () -> assertThatThrownBy(() -> once(clientWith(key, stranger, STRANGERS.intermediate())))
                        .isInstanceOf(IOException.class),
                "path");
        server.stop();
        assertLogged(
                TlsSettings.ClientCertificates.NONE,
                () -> {
                    try (RawConnection plain = RawConnection.to(server.port())) {
                        plain.send(REQUEST);
                        assertThatThrownBy(plain::answer).isInstanceOf(IOException.class);
                    }
                },
                "SSL");
    }

    /** As the probes of load balancers are. */
    @Test
    void aConnectionThatOnlyOpensAndClosesGetsNoLine() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        try (CapturedLog log = new CapturedLog()) {
            RawConnection.to(server.port()).close();
            assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
            assertThat(log.text()).doesNotContain("TLS handshake failed");
        }
    }

    @Test
    void aFloodOfFailedHandshakesHasFewLines() throws IOException {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(TlsSettings.ClientCertificates.NONE);
        try (CapturedLog log = new CapturedLog()) {
            long begin = System.nanoTime();
            for (String rubbish : List.of(REQUEST, "rubbish\r\n\r\n", "\026\003\001\0\005\1\0\0\1\0")) {
                for (int i = 0; i < 50; i++) {
                    try (RawConnection connection = RawConnection.to(server.port())) {
                        connection.send(rubbish);
                        // The server closes it, after an alert.
                        assertThatThrownBy(connection::readHead).isInstanceOf(IOException.class);
                    }
                }
            }
            TestServer.await("no connection is left", () -> server.activity().connections() == 0);
            long seconds = 1 + (System.nanoTime() - begin) / 1_000_000_000;
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("A TLS handshake failed."))
                    .hasSizeBetween(10, (int) (10 * seconds));
            assertThat(once(PKI.clientTls()).status()).isEqualTo(200);
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void assertLogged(TlsSettings.ClientCertificates clients, Attempt attempt, String reason) {
        writeIdentity("Server", TestPki.rsaKeyPair(2048));
        start(clients);
        try (CapturedLog log = new CapturedLog()) {
            attempt.run();
            TestServer.await(
                    "the line of the handshake",
                    () -> log.lines().stream()
                            .anyMatch(line -> line.startsWith("INFO ")
                                    && line.contains("A TLS handshake failed. client=127.0.0.1 reason=")
                                    && line.contains(reason)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFEFF%s", "%s\r\n", "\uFEFF%s\n", "%s\r"})
    void aPasswordFileOfAnEditor(String form) throws IOException {
        Path key = directory.resolve("encrypted.key");
        Path certificate = directory.resolve("encrypted.pem");
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-passout",
                "pass:Pass word",
                "-subj",
                "/CN=Encrypted",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        Path password = Files.writeString(directory.resolve("password"), String.format(form, "Pass word"));
        TlsSettings settings = new TlsSettings(
                certificate, key, Optional.of(Secret.inFile(password)), TlsSettings.ClientCertificates.NONE, List.of());
        assertThat(SigningHttpServer.checkFiles(settings).getSubjectX500Principal())
                .hasToString("CN=Encrypted");
    }
}
