package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.core.DigestAlgorithm;
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
    private final Variant deployed;
    private final KeyKind kind;
    private final List<Load> loads;

    HttpScenario(Bench bench, Variant deployed, KeyKind kind, List<Load> loads) {
        this.bench = bench;
        this.deployed = deployed;
        this.kind = kind;
        // Decoding and hashing do not depend on the key.
        this.loads = loads.stream()
                .filter(load -> kind == KeyKind.RSA || !load.payload.isHashing())
                .toList();
    }

    void run() {
        try (ServiceProcess service =
                bench.service("http-" + kind.label(), deployed, bench.token().settings(kind))) {
            bench.warmUp(service, Payload.RAW, WARM_UP_CONNECTIONS);
            loads.forEach(load -> bench.warmUpFurther(service, load.payload, load.connections));
            for (int round = 0; round < bench.rounds(); round++) {
                sign(service);
            }
            for (int round = 0; round < bench.rounds(); round++) {
                hash(service);
            }
        }
    }

    private void sign(ServiceProcess service) {
        double before = loop();
        for (Load load : some(false)) {
            ServiceLoad measured = bench.measure(figure(load), service, load.payload, load.connections);
            double after = loop();
            add(load, "ratio", 2 * measured.answers().rate() / (before + after));
            before = after;
        }
    }

    private void hash(ServiceProcess service) {
        List<Load> hashing = some(true);
        double before = hashing.isEmpty() ? 0 : decodeAndHash();
        for (Load load : hashing) {
            double rate = bench.measure(figure(load), service, load.payload, load.connections)
                    .answers()
                    .rate();
            double speed = rate * load.payload.size() / 1e6;
            double after = decodeAndHash();
            add(load, "ratio", 2 * speed / (before + after));
            add(load, "MB-per-s", speed);
            before = after;
        }
        if (!hashing.isEmpty()) {
            // Without the algorithm, the service computes all digests: no program that does so can be faster.
            double all = DecodeAndHash.megabytesPerSecond(Bench.CORES, bench.seconds(), DigestAlgorithm.values());
            bench.results().add("limit.decode-and-all-hashes.ratio", all / before);
        }
    }

    private List<Load> some(boolean hashing) {
        return loads.stream()
                .filter(load -> load.payload.isHashing() == hashing)
                .toList();
    }

    private double loop() {
        double rate = bench.limit(kind);
        bench.results().add("limit." + kind.label() + ".per-s", rate);
        return rate;
    }

    private double decodeAndHash() {
        double speed = DecodeAndHash.megabytesPerSecond(Bench.CORES, bench.seconds(), DigestAlgorithm.SHA512);
        bench.results().add("limit.decode-and-hash.MB-per-s", speed);
        return speed;
    }

    private void add(Load load, String what, double value) {
        bench.results().add(figure(load) + "." + what, value);
    }

    private String figure(Load load) {
        return "http.%s.%s.%d".formatted(load.payload.text(), kind.label(), load.connections);
    }
}
