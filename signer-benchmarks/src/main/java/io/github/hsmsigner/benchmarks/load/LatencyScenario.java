package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;

/** One connection, and a steady load below saturation: what the service adds to the token's own time, and how even it is. */
final class LatencyScenario {

    private static final double SATURATION = 0.8;
    private static final int CONNECTIONS = 32;

    private final Bench bench;
    private final KeyKind kind;

    LatencyScenario(Bench bench, KeyKind kind) {
        this.bench = bench;
        this.kind = kind;
    }

    void run() {
        try (ServiceProcess service = bench.service("latency-" + kind.label(), kind)) {
            bench.warmUp(service, Payload.RAW, CONNECTIONS);
            for (int round = 0; round < bench.rounds(); round++) {
                oneConnection(service);
                steady(service);
            }
        }
    }

    private void oneConnection(ServiceProcess service) {
        double before = bench.limit(kind, 1);
        Wrk.Measured measured = bench.load(service, Payload.RAW, 1);
        double tokenMillis = 2000 / (before + bench.limit(kind, 1));
        bench.results().add("latency.raw." + kind.label() + ".token-ms", tokenMillis);
        bench.results().add("latency.raw." + kind.label() + ".p50-ms", measured.p50());
        bench.results().add("latency.raw." + kind.label() + ".added-ms", measured.p50() - tokenMillis);
    }

    private void steady(ServiceProcess service) {
        double saturated = bench.load(service, Payload.RAW, CONNECTIONS).rate();
        double[] latencies =
                new SteadyLoad(service.port(), Payload.RAW.json(), SATURATION * saturated, 2 * bench.seconds()).run();
        double p50 = SteadyLoad.percentile(latencies, 50);
        double p99 = SteadyLoad.percentile(latencies, 99);
        bench.results().add("tail.raw." + kind.label() + ".p50-ms", p50);
        bench.results().add("tail.raw." + kind.label() + ".p99-ms", p99);
        bench.results().add("tail.raw." + kind.label() + ".p99-to-p50", p99 / p50);
    }
}
