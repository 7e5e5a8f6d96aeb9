package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ProcessNumbers;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One connection, and a steady load below saturation: what the service adds to the token's own time, and how even it is. */
final class LatencyScenario {

    private static final double SATURATION = 0.8;
    private static final int CONNECTIONS = 32;

    /** Of the rate at saturation, from before a steady load to after it. */
    private static final double DRIFT_AT_MOST = 0.1;

    private static final int ATTEMPTS_AT_MOST = 8;

    private final Bench bench;
    private final Variant deployed;
    private final KeyKind kind;

    LatencyScenario(Bench bench, Variant deployed, KeyKind kind) {
        this.bench = bench;
        this.deployed = deployed;
        this.kind = kind;
    }

    void run() {
        try (ServiceProcess service =
                bench.service("latency-" + kind.label(), deployed, bench.token().settings(kind))) {
            bench.warmUp(service, Payload.RAW, CONNECTIONS);
            for (int round = 0; round < bench.rounds(); round++) {
                oneConnection(service);
                steady(service);
                steadyLoop();
            }
        }
    }

    private void oneConnection(ServiceProcess service) {
        double before = bench.limit(kind, 1);
        HsmTime start = HsmTime.of(service);
        Wrk.Measured measured = bench.load(service, Payload.RAW, 1);
        double inService = HsmTime.of(service).millisSince(start);
        double tokenMillis = 2000 / (before + bench.limit(kind, 1));
        bench.results().add("latency.raw." + kind.label() + ".token-in-service-ms", inService);
        bench.results().add("latency.raw." + kind.label() + ".added-to-that-ms", measured.p50() - inService);
        bench.results().add("latency.raw." + kind.label() + ".token-ms", tokenMillis);
        bench.results().add("latency.raw." + kind.label() + ".p50-ms", measured.p50());
        bench.results().add("latency.raw." + kind.label() + ".added-ms", measured.p50() - tokenMillis);
    }

    /** The time that the service has spent in the PKCS#11 module: the token's own while the caches and cores are shared with the rest. */
    private record HsmTime(double seconds, double calls) {

        static HsmTime of(ServiceProcess service) {
            try {
                return new HsmTime(
                        service.metric("signer_hsm_duration_seconds_sum"),
                        service.metric("signer_hsm_duration_seconds_count"));
            } catch (IOException e) {
                throw new UncheckedIOException("The metrics cannot be read", e);
            }
        }

        /** Returns the mean of the signatures since then. */
        double millisSince(HsmTime start) {
            return 1000 * (seconds - start.seconds) / (calls - start.calls);
        }
    }

    /** At a share of what is reached before and after; a round in which the machine became faster or slower is made again. */
    private void steady(ServiceProcess service) {
        int attempts = 0;
        Steady steady;
        do {
            steady = steadyAttempt(service);
            attempts++;
        } while (steady.drift() > DRIFT_AT_MOST && attempts < ATTEMPTS_AT_MOST);
        bench.results().add("tail.raw." + kind.label() + ".attempts", attempts);
        bench.results().add("tail.raw." + kind.label() + ".drift", steady.drift());
        bench.results().add("tail.raw." + kind.label() + ".generator-cores", steady.cores());
        bench.results().add("tail.raw." + kind.label() + ".generator-delay-p99-ms", steady.delay());
        bench.results().add("tail.raw." + kind.label() + ".p50-ms", steady.p50());
        bench.results().add("tail.raw." + kind.label() + ".p99-ms", steady.p99());
        bench.results().add("tail.raw." + kind.label() + ".p99-to-p50", steady.p99() / steady.p50());
    }

    /** The bare loop under as steady a load, to tell the machine's part of the tail. */
    private void steadyLoop() {
        double rate = SATURATION * bench.limit(kind);
        NativePrograms.Paced paced =
                bench.programs().paced(bench.token(), kind, Bench.CORES, 2 * bench.seconds(), rate);
        bench.results().add("tail.loop." + kind.label() + ".p50-ms", paced.p50());
        bench.results().add("tail.loop." + kind.label() + ".p99-ms", paced.p99());
        bench.results().add("tail.loop." + kind.label() + ".p99-to-p50", paced.p99() / paced.p50());
    }

    private Steady steadyAttempt(ServiceProcess service) {
        double before = bench.load(service, Payload.RAW, CONNECTIONS).rate();
        ProcessNumbers generator = new ProcessNumbers(ProcessHandle.current().pid());
        double cpu = generator.cpuSeconds();
        long start = System.nanoTime();
        SteadyLoad.Measured measured =
                new SteadyLoad(service.port(), Payload.RAW.json(), SATURATION * before, 2 * bench.seconds()).run();
        double cores = (generator.cpuSeconds() - cpu) * 1e9 / (System.nanoTime() - start);
        double after = bench.load(service, Payload.RAW, CONNECTIONS).rate();
        return new Steady(
                SteadyLoad.percentile(measured.millis(), 50),
                SteadyLoad.percentile(measured.millis(), 99),
                SteadyLoad.percentile(measured.delays(), 99),
                Math.abs(after - before) / before,
                cores);
    }

    /** The delay and the cores are those of the load generator: the 99th percentile, and the CPU time. */
    private record Steady(double p50, double p99, double delay, double drift, double cores) {}
}
