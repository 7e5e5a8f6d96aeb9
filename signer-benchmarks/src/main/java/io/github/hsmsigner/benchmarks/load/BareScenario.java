package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.BareSigner;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.Launcher;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.TokenCalls;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The service in turn with a {@link BareSigner}, which has nothing of Signer: what Jetty, the JDK, the PKCS#11 wrapper and
 * the kernel take alone. The token measures its own CPU time.
 */
final class BareScenario {

    private static final int RAW_CONNECTIONS = 32;
    private static final int CONTENTS_CONNECTIONS = 8;

    /** Enough for two cores if no client is slow. */
    private static final int FEW_THREADS = 8;

    private final Bench bench;
    private final Variant deployed;

    BareScenario(Bench bench, Variant deployed) {
        this.bench = bench;
        this.deployed = deployed;
    }

    private record Server(String name, ServiceProcess process, Path counts) {}

    void run() {
        Map<String, String> settings = new HashMap<>(deployed.settings());
        settings.putAll(
                bench.settings(bench.programs().latencyModule(), module(counts("service")), KeyKind.RSA, "caller"));
        try (ServiceProcess service = bench.service("bare.service", deployed, settings);
                ServiceProcess bare = bare("bare", Map.of());
                ServiceProcess few = bare("few-threads", Map.of(BareSigner.THREADS, Integer.toString(FEW_THREADS)))) {
            List<Server> servers = List.of(
                    new Server("service", service, counts("service")),
                    new Server("bare", bare, counts("bare")),
                    new Server("few-threads", few, counts("few-threads")));
            for (Server server : servers) {
                bench.warmUp(server.process, Payload.RAW, RAW_CONNECTIONS);
            }
            for (int round = 0; round < bench.rounds(); round++) {
                servers.forEach(this::sign);
            }
            for (Payload payload : List.of(Payload.PKCS7_10MB, Payload.PKCS7_10MB_CONTENTS_FIRST)) {
                contents(payload, servers.subList(0, 2));
            }
        }
    }

    private void sign(Server server) {
        String figure = "bare.raw." + server.name;
        double before = loop();
        TokenCalls start = TokenCalls.read(server.counts);
        ServiceLoad load = bench.measure(figure, server.process, Payload.RAW, RAW_CONNECTIONS);
        TokenCalls calls = TokenCalls.read(server.counts).since(start);
        double tokenMillis = 1000 * calls.cpuSeconds() / calls.signatures();
        bench.results().add(figure + ".token-cpu-ms", tokenMillis);
        bench.results().add(figure + ".cpu-ms-besides-token", load.cpuMillis() - tokenMillis);
        bench.results().add(figure + ".ratio", 2 * load.answers().rate() / (before + loop()));
    }

    private double loop() {
        NativePrograms.Unpaced loop = bench.programs()
                .unpaced(
                        bench.token(),
                        bench.programs().latencyModule(),
                        module(counts("loop")),
                        KeyKind.RSA,
                        Bench.CORES,
                        bench.seconds());
        return loop.perSecond();
    }

    private void contents(Payload payload, List<Server> servers) {
        servers.forEach(server -> bench.warmUpFurther(server.process, payload, CONTENTS_CONNECTIONS));
        for (int round = 0; round < bench.rounds(); round++) {
            for (Server server : servers) {
                double before = decodeAndHash();
                double rate = bench.load(server.process, payload, CONTENTS_CONNECTIONS)
                        .rate();
                double limit = (before + decodeAndHash()) / 2;
                bench.results()
                        .add(
                                "bare.%s.%s.ratio".formatted(payload.text(), server.name),
                                rate * payload.size() / 1e6 / limit);
            }
        }
    }

    private double decodeAndHash() {
        return DecodeAndHash.megabytesPerSecond(Bench.CORES, bench.seconds(), DigestAlgorithm.SHA512);
    }

    private ServiceProcess bare(String name, Map<String, String> threads) {
        Map<String, String> settings = new HashMap<>(deployed.settings());
        settings.putAll(bench.settings(bench.programs().latencyModule(), module(counts(name)), KeyKind.RSA, "caller"));
        settings.putAll(threads);
        return ServiceProcess.start(
                deployed.java(),
                List.of("@" + Launcher.OPTIONS),
                BareSigner.class,
                settings,
                bench.directory().resolve(name + ".log"));
    }

    private Path counts(String name) {
        return bench.directory().resolve("counts-" + name);
    }

    private Map<String, String> module(Path counts) {
        return Map.of("LATENCY_MODULE", bench.token().module().toString(), "LATENCY_COUNT_FILE", counts.toString());
    }
}
