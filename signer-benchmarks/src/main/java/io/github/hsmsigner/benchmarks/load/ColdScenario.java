package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;

/**
 * Full load on a service that has just become ready, compared with the same load on the same process when it is warm.
 * Each round starts a process. Another process serves the first second alone, because wrk reports only a mean.
 */
final class ColdScenario {

    private static final double SECONDS = 10;
    private static final int CONNECTIONS = 32;

    private final Bench bench;
    private final KeyKind kind;

    ColdScenario(Bench bench, KeyKind kind) {
        this.bench = bench;
        this.kind = kind;
    }

    /** Measures a variant. Its figures have this name. */
    void run(String name, Variant variant) {
        String figure = name + "." + kind.label();
        for (int round = 0; round < bench.rounds(); round++) {
            double firstSecond = firstSecond(variant);
            try (ServiceProcess service = start(variant)) {
                bench.results().add(figure + ".startup-s", service.startup().toMillis() / 1000.0);
                Wrk.Measured cold = measure(figure, service);
                bench.warmUp(service, Payload.RAW, CONNECTIONS);
                Wrk.Measured warm = measure(figure + ".warm", service);
                bench.results().add(figure + ".rate-ratio", cold.rate() / warm.rate());
                bench.results().add(figure + ".p99-ratio", cold.p99() / warm.p99());
                bench.results().add(figure + ".first-second-rate-ratio", firstSecond / warm.rate());
            }
        }
    }

    private double firstSecond(Variant variant) {
        try (ServiceProcess service = start(variant)) {
            return bench.load(service, Payload.RAW, CONNECTIONS, 1).rate();
        }
    }

    private Wrk.Measured measure(String figure, ServiceProcess service) {
        ServiceLoad load = ServiceLoad.of(service, () -> bench.load(service, Payload.RAW, CONNECTIONS, SECONDS));
        load.addTo(bench.results(), figure);
        return load.answers();
    }

    private ServiceProcess start(Variant variant) {
        return bench.service("cold", variant, bench.token().settings(kind));
    }
}
