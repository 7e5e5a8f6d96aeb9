package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.EmptyHandler;
import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.Launcher;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests for the certificates, in turn with the same requests to a Javalin server that only answers. */
final class CertificatesScenario {

    private static final int CONNECTIONS = 32;

    private final Bench bench;
    private final Variant deployed;

    CertificatesScenario(Bench bench, Variant deployed) {
        this.bench = bench;
        this.deployed = deployed;
    }

    void run() {
        try (ServiceProcess service =
                        bench.service("certificates", deployed, bench.token().settings(KeyKind.RSA));
                ServiceProcess empty = empty(length(service))) {
            bench.warmUp(service, Payload.CERTIFICATES, CONNECTIONS);
            bench.warmUp(empty, Payload.CERTIFICATES, CONNECTIONS);
            double before = measure("certificates.empty-handler", empty);
            for (int round = 0; round < bench.rounds(); round++) {
                double rate = measure("certificates", service);
                double after = measure("certificates.empty-handler", empty);
                bench.results().add("certificates.ratio", 2 * rate / (before + after));
                before = after;
            }
        }
    }

    private double measure(String figure, ServiceProcess server) {
        return bench.measure(figure, server, Payload.CERTIFICATES, CONNECTIONS)
                .answers()
                .rate();
    }

    private ServiceProcess empty(int length) {
        Map<String, String> settings = new HashMap<>(deployed.settings());
        settings.put(EmptyHandler.LENGTH, Integer.toString(length));
        return ServiceProcess.start(
                deployed.java(),
                List.of("@" + Launcher.OPTIONS),
                EmptyHandler.class,
                settings,
                bench.directory().resolve("empty-handler.log"));
    }

    private static int length(ServiceProcess service) {
        try (HttpConnection connection = HttpConnection.open(service.port())) {
            return connection
                    .exchange(HttpConnection.callback(Payload.CERTIFICATES.json()))
                    .body()
                    .length;
        } catch (IOException e) {
            throw new UncheckedIOException("The certificates cannot be read", e);
        }
    }
}
