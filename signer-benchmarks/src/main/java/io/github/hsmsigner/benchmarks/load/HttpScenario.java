package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ProcessNumbers;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.util.List;

/**
 * The service with one key under load of several kinds. The limit is measured before and after each measurement. It is
 * the bare loop over the token, or for long documents the speed of decoding and hashing alone. The ratio is to the mean
 * of both limits.
 */
final class HttpScenario {

    /**
     * A kind of load.
     *
     * @param payload what is asked
     * @param connections how many connections
     */
    record Load(Payload payload, int connections) {}

    private static final int WARM_UP_CONNECTIONS = 32;

    private final Bench bench;
    private final KeyKind kind;
    private final List<Load> loads;

    HttpScenario(Bench bench, KeyKind kind, List<Load> loads) {
        this.bench = bench;
        this.kind = kind;
        // Decoding and hashing do not depend on the key.
        this.loads = loads.stream()
                .filter(load -> kind == KeyKind.RSA || !load.payload.isHashing())
                .toList();
    }

    void run() {
        try (ServiceProcess service = bench.service("http-" + kind.label(), kind)) {
            bench.warmUp(service, Payload.RAW, WARM_UP_CONNECTIONS);
            loads.forEach(load -> bench.warmUpFurther(service, load.payload, load.connections));
            for (boolean hashing : new boolean[] {false, true}) {
                List<Load> some = loads.stream()
                        .filter(load -> load.payload.isHashing() == hashing)
                        .toList();
                for (int round = 0; round < bench.rounds() && !some.isEmpty(); round++) {
                    round(service, some, hashing);
                }
            }
        }
    }

    private void round(ServiceProcess service, List<Load> some, boolean hashing) {
        double before = limit(hashing);
        for (Load load : some) {
            double rate = measure(service, load);
            double after = limit(hashing);
            double speed = hashing ? rate * load.payload.size() / 1e6 : rate;
            bench.results().add(figure(load, "ratio"), speed / ((before + after) / 2));
            if (hashing) {
                bench.results().add(figure(load, "MB-per-s"), speed);
            }
            before = after;
        }
    }

    private double limit(boolean hashing) {
        if (hashing) {
            double speed = DecodeAndHash.megabytesPerSecond(Bench.CORES, bench.seconds());
            bench.results().add("limit.decode-and-hash.MB-per-s", speed);
            return speed;
        }
        double limit = bench.limit(kind);
        bench.results().add("limit." + kind.label() + ".per-s", limit);
        return limit;
    }

    private double measure(ServiceProcess service, Load load) {
        ProcessNumbers numbers = service.numbers();
        numbers.forgetPeak();
        double cpu = numbers.cpuSeconds();
        long start = System.nanoTime();
        Wrk.Measured measured = bench.load(service, load.payload, load.connections);
        double elapsed = (System.nanoTime() - start) / 1e9;
        bench.results().add(figure(load, "per-s"), measured.rate());
        bench.results().add(figure(load, "p50-ms"), measured.p50());
        bench.results().add(figure(load, "p90-ms"), measured.p90());
        bench.results().add(figure(load, "p99-ms"), measured.p99());
        bench.results().add(figure(load, "cores"), (numbers.cpuSeconds() - cpu) / elapsed);
        bench.results().add(figure(load, "peak-MiB"), numbers.peakMebibytes());
        return measured.rate();
    }

    private String figure(Load load, String what) {
        return "http.%s.%s.%d.%s".formatted(load.payload.text(), kind.label(), load.connections, what);
    }
}
