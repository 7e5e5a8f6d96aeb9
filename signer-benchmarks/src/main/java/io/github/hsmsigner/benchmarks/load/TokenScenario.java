package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.TokenCalls;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A token that takes as long as an HSM in a network, and the number of calls that a signature takes. */
final class TokenScenario {

    private static final int NETWORK_MILLIS = 2;
    private static final int NETWORK_SESSIONS = 64;
    private static final int NETWORK_CONNECTIONS = 128;

    private static final double COUNTED_RATE = 200;
    private static final double COUNTED_SECONDS = 5;

    private final Bench bench;
    private final Variant deployed;

    TokenScenario(Bench bench, Variant deployed) {
        this.bench = bench;
        this.deployed = deployed;
    }

    void latency(int millis, int sessions) {
        Map<String, String> module = Map.of(
                "LATENCY_MODULE", bench.token().module().toString(),
                "LATENCY_MICROSECONDS", Integer.toString(1000 * millis));
        String name = "token.%dms.%d".formatted(millis, sessions);
        Path path = bench.programs().latencyModule();
        Map<String, String> settings = settings(path, module, KeyKind.P256);
        settings.put("HSM_MAXIMUM_POOL_SIZE", Integer.toString(sessions));
        try (ServiceProcess service = bench.service(name, deployed, settings)) {
            // Twice as many connections as sessions, so that there is always one more request for a session.
            bench.warmUp(service, Payload.RAW, 2 * sessions);
            for (int round = 0; round < bench.rounds(); round++) {
                double before = loop(path, module, KeyKind.P256, sessions);
                double rate = bench.load(service, Payload.RAW, 2 * sessions).rate();
                double after = loop(path, module, KeyKind.P256, sessions);
                bench.results().add(name + ".per-s", rate);
                bench.results().add(name + ".loop-per-s", (before + after) / 2);
                bench.results().add(name + ".of-sessions-by-latency", rate * millis / 1000 / sessions);
                bench.results().add(name + ".ratio", 2 * rate / (before + after));
            }
        }
    }

    private double loop(Path path, Map<String, String> module, KeyKind kind, int sessions) {
        return bench.programs()
                .unpaced(bench.token(), path, module, kind, sessions, bench.seconds())
                .perSecond();
    }

    /**
     * An HSM in the network that takes no CPU time, under more load than the service can carry.
     *
     * @param earlier an earlier version of the service, which is measured in turn with this one
     */
    void network(KeyKind kind, Optional<TokenScenario> earlier) {
        Path path = bench.programs().networkModule();
        String name = "network." + kind.label();
        String earlierName = name + ".earlier";
        try (ServiceProcess service = networkService(name, kind);
                ServiceProcess earlierService = earlier.map(version -> version.networkService(earlierName, kind))
                        .orElse(null)) {
            bench.warmUp(service, Payload.RAW, NETWORK_CONNECTIONS);
            if (earlierService != null) {
                bench.warmUp(earlierService, Payload.RAW, NETWORK_CONNECTIONS);
            }
            for (int round = 0; round < bench.rounds(); round++) {
                double before = loop(path, networkModule(), kind, NETWORK_SESSIONS);
                double rate = networkRate(name, service);
                if (earlierService != null) {
                    bench.results().add(name + ".to-earlier", rate / networkRate(earlierName, earlierService));
                }
                double after = loop(path, networkModule(), kind, NETWORK_SESSIONS);
                bench.results().add(name + ".loop-per-s", (before + after) / 2);
                bench.results().add(name + ".ratio", 2 * rate / (before + after));
            }
        }
    }

    private ServiceProcess networkService(String name, KeyKind kind) {
        Map<String, String> settings = settings(bench.programs().networkModule(), networkModule(), kind);
        settings.put("HSM_MAXIMUM_POOL_SIZE", Integer.toString(NETWORK_SESSIONS));
        return bench.service(name, deployed, settings);
    }

    private Map<String, String> networkModule() {
        return Map.of(
                "NETWORK_MODULE", bench.token().module().toString(),
                "NETWORK_MICROSECONDS", Integer.toString(1000 * NETWORK_MILLIS));
    }

    private double networkRate(String name, ServiceProcess service) {
        return bench.measure(name, service, Payload.RAW, NETWORK_CONNECTIONS)
                .answers()
                .rate();
    }

    /** The calls that signatures take: those of a service that makes some, without those of a service that is started and stopped alone. */
    void calls() {
        TokenCalls calls = callsOf(COUNTED_SECONDS).since(callsOf(0));
        double requests = COUNTED_RATE * COUNTED_SECONDS;
        bench.results().add("calls.C_SignInit", calls.inits() / requests);
        bench.results().add("calls.C_Sign", calls.signatures() / requests);
        bench.results().add("calls.C_Sign-for-the-length", calls.lengths() / requests);
    }

    private TokenCalls callsOf(double seconds) {
        Path counts = bench.directory().resolve("counts-calls");
        Map<String, String> module =
                Map.of("LATENCY_MODULE", bench.token().module().toString(), "LATENCY_COUNT_FILE", counts.toString());
        Map<String, String> settings = settings(bench.programs().latencyModule(), module, KeyKind.P256);
        try (ServiceProcess service = bench.service("calls", deployed, settings)) {
            if (seconds > 0) {
                new SteadyLoad(service.port(), Payload.RAW.json(), COUNTED_RATE, seconds).run();
            }
        }
        return TokenCalls.read(counts);
    }

    private Map<String, String> settings(Path module, Map<String, String> environment, KeyKind kind) {
        return bench.settings(module, environment, kind, "module");
    }
}
