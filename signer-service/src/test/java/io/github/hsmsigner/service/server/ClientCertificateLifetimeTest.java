package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.testing.SettableClock;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections and sessions outlive the certificates that they began with, and the trust in their authorities. */
@Timeout(60)
class ClientCertificateLifetimeTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair KEY = TestPki.keyPair("EC", 256);
    private static final String REQUEST = RawConnection.callback("{\"action\":\"get_certificates\"}");
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(400));
    private static final Instant IN_AN_HOUR = NOW.plus(Duration.ofHours(1));
    private static final Instant IN_A_YEAR = NOW.plus(Duration.ofDays(365));

    private static final Authority ROOT = Authority.root("Root", IN_A_YEAR);
    private static final Authority OTHER_ROOT = Authority.root("Other Root", IN_A_YEAR);

    @TempDir
    private static Path directory;

    private static final SettableClock CLOCK = new SettableClock(NOW);
    private static final Queue<String> OUTCOMES = new ConcurrentLinkedQueue<>();
    private static SigningHttpServer server;

    private record Authority(X509Certificate certificate, KeyPair key) {

        static Authority root(String name, Instant end) {
            KeyPair key = TestPki.keyPair("EC", 256);
            return new Authority(
                    TestPki.certify("CN=" + name, key.getPublic(), "CN=" + name, key, true, LONG_AGO, end), key);
        }

        Authority intermediate(Instant end) {
            KeyPair own = TestPki.keyPair("EC", 256);
            return new Authority(certify("CN=Intermediate", own, true, LONG_AGO, end), own);
        }

        X509Certificate client(Instant begin, Instant end) {
            return certify("CN=Client", KEY, false, begin, end);
        }

        private X509Certificate certify(
                String subject, KeyPair subjectKey, boolean authority, Instant begin, Instant end) {
            String issuer = certificate.getSubjectX500Principal().getName();
            return TestPki.certify(subject, subjectKey.getPublic(), issuer, key, authority, begin, end);
        }
    }

    @BeforeAll
    static void startServer() {
        KeyPair key = TestPki.keyPair("EC", 256);
        TestPki.writePem(
                directory.resolve("server.pem"), PKI.certifySigner("Server", key.getPublic()), PKI.intermediate());
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key));
        writeAuthorities(ROOT.certificate());
        server = start(TlsSettings.ClientCertificates.REQUIRED);
    }

    @AfterAll
    static void stopServer() {
        server.stop();
    }

    @BeforeEach
    void reset() {
        CLOCK.advance(Duration.between(CLOCK.instant(), NOW));
        trust(ROOT.certificate());
    }

    private static void writeAuthorities(X509Certificate... authorities) {
        TestPki.writePem(directory.resolve("clients.pem"), (Object[]) authorities);
    }

    private static void trust(X509Certificate... authorities) {
        writeAuthorities(authorities);
        server.reloadTls();
    }

    private static TlsSettings settings(TlsSettings.ClientCertificates clients) {
        return new TlsSettings(
                directory.resolve("server.pem"),
                directory.resolve("server.key"),
                Optional.empty(),
                clients,
                List.of(directory.resolve("clients.pem")));
    }

    private static SigningHttpServer start(TlsSettings.ClientCertificates clients) {
        SigningService service = TestKey.service(directory, new CmsContainerBuilder());
        return TestServer.start(
                TestServer.settings(
                        TestServer.ANY_PORT, Optional.of(settings(clients)), Optional.empty(), TestLimits.DEFAULTS),
                () -> service,
                new RequestObserver() {

                    @Override
                    public void answered(CallbackReport report) {
                        OUTCOMES.add(report.outcome());
                    }

                    @Override
                    public void answeredByServer(CallbackResponse answer) {
                        OUTCOMES.add(answer.outcome());
                    }
                },
                CLOCK);
    }

    /** A client that resumes its sessions. */
    private static SSLContext client(X509Certificate... chain) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", KEY.getPrivate(), new char[0], chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return PKI.clientTls(new PushyKeyManager(factory));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RawConnection connect(SSLContext context) throws IOException {
        return new RawConnection(tls(context, server.port(), "TLSv1.3"));
    }

    private static SSLSocket tls(SSLContext context, int port, String protocol) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(new Socket("127.0.0.1", port), "a.name", 1, true);
        socket.setEnabledProtocols(new String[] {protocol});
        return socket;
    }

    private static void assertServed(RawConnection connection) throws IOException {
        RawConnection.Answer answer = connection.send(REQUEST).answer();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static void assertRefused(RawConnection connection, String request, String reason) throws IOException {
        RawConnection.Answer answer = connection.send(request).answer();
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body())
                .contains("\"code\":\"invalid_client_certificate\"", reason, "Connect again with a certificate");
        assertThat(answer.closes()).isTrue();
        assertThat(connection.isClosedByServer()).isTrue();
        assertThat(OUTCOMES).last().isEqualTo("invalid_client_certificate");
    }

    @Test
    void aKeptConnectionEndsWithItsCertificate() throws IOException {
        assertEndsWithItsCertificate(server);
    }

    @Test
    void anOptionalCertificateToo() throws IOException {
        SigningHttpServer optional = start(TlsSettings.ClientCertificates.OPTIONAL);
        try {
            assertEndsWithItsCertificate(optional);
        } finally {
            optional.stop();
        }
    }

    private static void assertEndsWithItsCertificate(SigningHttpServer of) throws IOException {
        SSLContext client = client(ROOT.client(LONG_AGO, IN_AN_HOUR));
        try (RawConnection connection = new RawConnection(tls(client, of.port(), "TLSv1.3"))) {
            assertServed(connection);
            CLOCK.advance(Duration.ofHours(1));
            assertServed(connection);
            CLOCK.advance(Duration.ofSeconds(1));
            assertRefused(connection, REQUEST, "The client certificate expired on " + IN_AN_HOUR + ".");
        }
    }

    /** A body that has not arrived, health, and a path that does not exist. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n{",
                "GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void everyRequestIsRefused(String request) throws IOException {
        try (RawConnection connection = connect(client(ROOT.client(LONG_AGO, IN_AN_HOUR)))) {
            assertServed(connection);
            CLOCK.advance(Duration.ofHours(2));
            RawConnection.Answer answer = connection.send(request).answer();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).contains("The client certificate expired on " + IN_AN_HOUR);
            assertThat(answer.closes()).isTrue();
        }
    }

    @Test
    void anIssuerInTheChainThatExpires() throws IOException {
        Authority intermediate = ROOT.intermediate(IN_AN_HOUR);
        X509Certificate certificate = intermediate.client(LONG_AGO, IN_A_YEAR);
        try (RawConnection connection = connect(client(certificate, intermediate.certificate()))) {
            assertServed(connection);
            CLOCK.advance(Duration.ofHours(2));
            assertRefused(
                    connection,
                    REQUEST,
                    "The issuer's certificate in the client's chain expired on " + IN_AN_HOUR + ".");
        }
    }

    @Test
    void aClockThatWasAhead() throws IOException {
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        try (RawConnection connection = connect(client(ROOT.client(yesterday, IN_A_YEAR)))) {
            assertServed(connection);
            CLOCK.advance(Duration.ofDays(-2));
            assertRefused(connection, REQUEST, "The client certificate is not valid before " + yesterday + ".");
        }
    }

    /** Java trusts an authority for its key alone, and so a connection that begins is served. */
    @Test
    void anAuthorityThatHasExpired() throws IOException {
        Authority expired = Authority.root("Expired Root", NOW.minus(Duration.ofDays(1)));
        trust(expired.certificate());
        X509Certificate certificate = expired.client(LONG_AGO, IN_A_YEAR);
        try (RawConnection without = connect(client(certificate));
                RawConnection with = connect(client(certificate, expired.certificate()))) {
            assertServed(without);
            assertServed(with);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aResumedSessionEndsWithItsCertificate(String protocol) throws IOException {
        SSLContext client = client(ROOT.client(LONG_AGO, IN_AN_HOUR));
        long created;
        try (SSLSocket first = tls(client, server.port(), protocol)) {
            assertServed(new RawConnection(first));
            created = first.getSession().getCreationTime();
        }
        CLOCK.advance(Duration.ofHours(2));
        try (SSLSocket second = tls(client, server.port(), protocol)) {
            second.startHandshake();
            assertThat(second.getSession().getCreationTime()).as("resumed").isEqualTo(created);
            assertRefused(new RawConnection(second), REQUEST, "The client certificate expired on ");
        }
    }

    /** The server keeps the sessions, so that its timeout counts. With stateless tickets, the client would decide. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aSessionThatTheServerHasDroppedIsNotResumed(String protocol) throws Exception {
        ReloadableTls tls = new ReloadableTls(settings(TlsSettings.ClientCertificates.REQUIRED));
        tls.connectionFactory().getSslContextFactory().start();
        SSLContext context = tls.connectionFactory().getSslContextFactory().getSslContext();
        SSLSessionContext sessions = context.getServerSessionContext();
        assertThat(sessions.getSessionTimeout()).isEqualTo(300);
        assertThat(sessions.getSessionCacheSize()).isEqualTo(1024);
        SSLContext client = client(ROOT.client(LONG_AGO, IN_A_YEAR));
        try (SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            listener.setNeedClientAuth(true);
            long first = sessionCreated(client, listener, protocol);
            assertThat(sessionCreated(client, listener, protocol)).isEqualTo(first);
            List<byte[]> ids = Collections.list(sessions.getIds());
            assertThat(ids).isNotEmpty();
            ids.forEach(id -> sessions.getSession(id).invalidate());
            assertThat(sessionCreated(client, listener, protocol)).isGreaterThan(first);
        } finally {
            tls.connectionFactory().getSslContextFactory().stop();
        }
    }

    /** Connects; returns when the session of the connection began. */
    private static long sessionCreated(SSLContext client, SSLServerSocket listener, String protocol)
            throws IOException {
        CompletableFuture<Void> accepted = CompletableFuture.runAsync(() -> {
            try (Socket connection = listener.accept()) {
                connection.getOutputStream().write(connection.getInputStream().read());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (SSLSocket socket = tls(client, listener.getLocalPort(), protocol)) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
            return socket.getSession().getCreationTime();
        } finally {
            accepted.join();
        }
    }

    @Test
    void anAuthorityThatWasRemoved() throws IOException {
        trust(ROOT.certificate(), OTHER_ROOT.certificate());
        SSLContext removed = client(ROOT.client(LONG_AGO, IN_A_YEAR));
        SSLContext kept = client(OTHER_ROOT.client(LONG_AGO, IN_A_YEAR));
        try (RawConnection ofRemoved = connect(removed);
                RawConnection ofKept = connect(kept)) {
            assertServed(ofRemoved);
            assertServed(ofKept);
            trust(OTHER_ROOT.certificate());
            assertServed(ofKept);
            assertRefused(
                    ofRemoved,
                    REQUEST,
                    "The client certificate was not issued by an authority that the service trusts.");
        }
        assertThatThrownBy(() -> connect(removed).send(REQUEST).answer())
                .as("the session is not resumed")
                .isInstanceOf(IOException.class);
        try (RawConnection again = connect(kept)) {
            assertServed(again);
        }
    }

    @Test
    void aReloadThatFailsRemovesNoAuthority() throws IOException {
        try (RawConnection connection = connect(client(ROOT.client(LONG_AGO, IN_A_YEAR)))) {
            assertServed(connection);
            writeAuthorities(ROOT.client(LONG_AGO, IN_A_YEAR));
            assertThatThrownBy(server::reloadTls).hasMessageContaining("is not that of an authority");
            assertServed(connection);
        }
    }

    @Test
    void anAuthorityThatWasRenewedWithTheSameKey() throws IOException {
        try (RawConnection connection = connect(client(ROOT.client(LONG_AGO, IN_A_YEAR)))) {
            assertServed(connection);
            trust(ROOT.certify("CN=Root", ROOT.key(), true, LONG_AGO, IN_A_YEAR.plusSeconds(1)));
            assertServed(connection);
        }
    }
}
