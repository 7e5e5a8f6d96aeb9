package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Servers for tests, on ports that are free. */
final class TestServer {

    static final ListenerSettings ANY_PORT = new ListenerSettings("127.0.0.1", 0);
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
        return settings(listener, tls, admin, limits, Duration.ofSeconds(20));
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
                Set.of());
    }

    static SigningHttpServer start(ServerSettings settings, Supplier<SigningService> service) {
        return start(settings, service, RequestObserver.none());
    }

    static SigningHttpServer start(
            ServerSettings settings, Supplier<SigningService> service, RequestObserver observer) {
        return SigningHttpServer.start(
                settings, service, Health::good, Optional.of(new Metrics()), Optional.empty(), observer);
    }

    /** A server by whose clock clients' certificates expire. */
    static SigningHttpServer start(
            ServerSettings settings, Supplier<SigningService> service, RequestObserver observer, Clock clock) {
        return SigningHttpServer.start(
                settings, service, Health::good, Optional.of(new Metrics()), Optional.empty(), observer, clock);
    }

    static void await(String what, BooleanSupplier condition) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20));
        while (!condition.getAsBoolean()) {
            if (deadline.hasPassed()) {
                throw new AssertionError("Did not happen: " + what);
            }
            Thread.onSpinWait();
        }
    }

    private static final class Metrics implements ManagementEndpoints.MetricsPage {

        @Override
        public String contentType(Optional<String> accept) {
            return accept.filter(types -> types.contains("openmetrics"))
                    .map(types -> "application/openmetrics-text; version=1.0.0; charset=utf-8")
                    .orElse("text/plain; version=0.0.4; charset=utf-8");
        }

        @Override
        public void writeTo(String contentType, OutputStream out) throws IOException {
            out.write(METRICS.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
