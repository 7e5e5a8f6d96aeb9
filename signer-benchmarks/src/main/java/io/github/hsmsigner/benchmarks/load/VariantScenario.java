package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ProcessNumbers;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The service with other settings or options, in turn with a service that has none: what they change. */
final class VariantScenario {

    private static final int CONNECTIONS = 32;
    private static final long IDLE_NANOS = 3_000_000_000L;

    private final Bench bench;

    VariantScenario(Bench bench) {
        this.bench = bench;
    }

    /**
     * A way to run the service.
     *
     * @param name what figures call it
     * @param java the {@code java} command
     * @param options options of the virtual machine
     * @param settings settings on top of those for the token
     */
    record Variant(String name, Path java, List<String> options, Map<String, String> settings) {}

    /** Starts it some times; the memory is that of a service which had no request but the one whether it is ready. */
    void startup(List<Variant> variants) {
        for (int round = 0; round < bench.rounds(); round++) {
            for (Variant variant : variants) {
                try (ServiceProcess service = start(variant, KeyKind.RSA)) {
                    add(variant, "startup-s", service.startup().toMillis() / 1000.0);
                    if (round == 0) {
                        LockSupport.parkNanos(IDLE_NANOS);
                    }
                    add(variant, "idle-MiB", service.numbers().residentMebibytes());
                }
            }
        }
    }

    /**
     * Compares raw signatures with a service with the defaults, which runs all the time. The load alternates between
     * the two.
     */
    void load(List<Variant> variants, KeyKind kind) {
        try (ServiceProcess usual = bench.service("default", kind)) {
            bench.warmUp(usual, Payload.RAW, CONNECTIONS);
            for (Variant variant : variants) {
                try (ServiceProcess other = start(variant, kind)) {
                    bench.warmUp(other, Payload.RAW, CONNECTIONS);
                    inTurn(usual, other, "variant.%s.%s".formatted(variant.name, kind.label()));
                }
            }
        }
    }

    private void inTurn(ServiceProcess usual, ServiceProcess other, String figure) {
        Wrk.Measured before = load(usual);
        for (int round = 0; round < bench.rounds(); round++) {
            ProcessNumbers numbers = other.numbers();
            numbers.forgetPeak();
            Wrk.Measured measured = load(other);
            Wrk.Measured after = load(usual);
            bench.results().add(figure + ".per-s", measured.rate());
            bench.results().add(figure + ".to-default", 2 * measured.rate() / (before.rate() + after.rate()));
            bench.results().add(figure + ".p99-to-p50", measured.p99() / measured.p50());
            bench.results().add(figure + ".default.p99-to-p50", after.p99() / after.p50());
            bench.results().add(figure + ".peak-MiB", numbers.peakMebibytes());
            before = after;
        }
    }

    /** The heap that a raw signature takes, of all threads of the service. */
    void heap(KeyKind kind) {
        try (ServiceProcess service = bench.service("heap", kind)) {
            bench.warmUp(service, Payload.RAW, CONNECTIONS);
            for (int round = 0; round < bench.rounds(); round++) {
                double before = service.allocated(bench.java());
                long requests = bench.load(service, Payload.RAW, CONNECTIONS).requests();
                double octets = service.allocated(bench.java()) - before;
                bench.results().add("heap.http.raw." + kind.label() + ".KiB", octets / requests / 1024);
            }
        }
    }

    private Wrk.Measured load(ServiceProcess service) {
        return bench.load(service, Payload.RAW, CONNECTIONS);
    }

    private ServiceProcess start(Variant variant, KeyKind kind) {
        return bench.service("variant-" + variant.name, variant, bench.token().settings(kind));
    }

    private void add(Variant variant, String what, double value) {
        bench.results().add("variant." + variant.name + "." + what, value);
    }
}
