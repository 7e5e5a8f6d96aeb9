package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Servers for tests, on ports that are free. */
final class TestServer {

    static final ListenerSettings ANY_PORT = new ListenerSettings("127.0.0.1", 0);

    /** The server waits a quarter of it for each connection that the client keeps open. */
    private static final Duration STOP_LIMIT = Duration.ofMillis(100);

    static final String METRICS = "# TYPE a counter\na_total 1.0\n";

    private TestServer() {}

    static ServerSettings settings(ClientLimits limits) {
        return settings(ANY_PORT, Optional.empty(), Optional.empty(), limits);
    }

    static ServerSettings settings(
            ListenerSettings listener,
            Optional<TlsSettings> tls,
            Optional<ListenerSettings> admin,
            ClientLimits limits) {
        return settings(listener, tls, admin, limits, STOP_LIMIT);
    }

    static ServerSettings settings(
            ListenerSettings listener,
            Optional<TlsSettings> tls,
            Optional<ListenerSettings> admin,
            ClientLimits limits,
            Duration stopLimit) {
        return new ServerSettings(
                listener,
                "/sign",
                tls,
                admin,
                CallbackLimits.defaults(),
                CertificateEncoding.PEM,
                limits,
                stopLimit,
                Set.of(),
                0);
    }

    static SigningHttpServer start(ServerSettings settings, Supplier<SigningService> service) {
        return start(settings, service, sources(Health::good));
    }

    static SigningHttpServer start(
            ServerSettings settings, Supplier<SigningService> service, ManagementEndpoints.Sources sources) {
        RequestObserver none = new RequestObserver() {
            @Override
            public void answered(CallbackReport report) {}

            @Override
            public void answeredByServer(CallbackResponse answer) {}
        };
        return SigningHttpServer.start(settings, service, sources, none, Clock.systemUTC());
    }

    static SigningHttpServer start(
            ServerSettings settings, Supplier<SigningService> service, RequestObserver observer) {
        return start(settings, service, observer, Clock.systemUTC());
    }

    /** A server by whose clock clients' certificates expire. */
    static SigningHttpServer start(
            ServerSettings settings, Supplier<SigningService> service, RequestObserver observer, Clock clock) {
        return SigningHttpServer.start(settings, service, sources(Health::good), observer, clock);
    }

    static void await(String what, BooleanSupplier condition) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20));
        while (!condition.getAsBoolean()) {
            if (deadline.hasPassed()) {
                throw new AssertionError("Did not happen: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Metrics in both formats, and no tokens. */
    static ManagementEndpoints.Sources sources(Supplier<Health> health) {
        return new ManagementEndpoints.Sources(health, TestServer::metrics, new NoTokens());
    }

    private static ManagementEndpoints.Content metrics(String accept) {
        String type = accept != null && accept.contains("openmetrics")
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
        return new ManagementEndpoints.Content(type, METRICS.getBytes(StandardCharsets.US_ASCII));
    }

    static final class NoTokens implements ManagementEndpoints.LoginControl {

        @Override
        public List<String> tokens() {
            return List.of();
        }

        @Override
        public boolean allowLogins(String token) {
            return false;
        }
    }
}
