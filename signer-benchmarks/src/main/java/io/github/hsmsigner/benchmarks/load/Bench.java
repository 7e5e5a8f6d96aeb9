package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ProcessNumbers;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The common parameters of all scenarios.
 *
 * @param directory the directory for files
 * @param jar {@code signer-service.jar}
 * @param java the {@code java} command that starts the service
 * @param programs the C programs
 * @param token the token
 * @param results the destination of figures
 * @param rounds the number of rounds
 * @param seconds the duration of each measurement
 */
record Bench(
        Path directory,
        Path jar,
        Path java,
        NativePrograms programs,
        SoftToken token,
        Results results,
        int rounds,
        double seconds) {

    static final int CORES = Runtime.getRuntime().availableProcessors();

    private static final double BYTES_PER_SECOND = 1e8;
    private static final double WARM_UP_SECONDS = 5;
    private static final int WARM_UP_AT_LEAST = 4;
    private static final int WARM_UP_AT_MOST = 10;
    private static final int WARM = 2;

    /** From this factor on, a load is faster than another one. Smaller differences come from the machine. */
    private static final double FASTER = 1.02;

    private static final long REST_NANOS = 500_000_000L;
    private static final int RESTS_AT_MOST = 40;

    /** Of a core: what a service takes that has nothing to do. */
    private static final double IDLE = 0.1;

    private static final double FURTHER_WARM_UP_SECONDS = 5;

    /** Returns the same parameters for another version of the service. */
    Bench with(Path otherJar) {
        return new Bench(directory, otherJar, java, programs, token, results, rounds, seconds);
    }

    /** Signatures a second of the bare loop over the token, with a thread a core. */
    double limit(KeyKind kind) {
        return limit(kind, CORES);
    }

    /** Signatures a second of the bare loop over the token. */
    double limit(KeyKind kind, int threads) {
        return programs.unpaced(token, token.module(), Map.of(), kind, threads, seconds)
                .perSecond();
    }

    /**
     * Returns the settings of a service that uses the token through another module.
     *
     * @param module the module
     * @param environment the variables of that module
     * @param kind the key
     * @param callingThread the thread that calls the module. By default, SoftHSM is called on the thread of the request,
     *     and any other module is not
     */
    Map<String, String> settings(Path module, Map<String, String> environment, KeyKind kind, String callingThread) {
        Path file = directory.resolve("calling-thread-" + callingThread + ".yaml");
        try {
            Files.writeString(file, "tokens:\n  hsm:\n    calling-thread: " + callingThread + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("The settings cannot be written", e);
        }
        Map<String, String> settings = new HashMap<>(token.settings(kind));
        settings.putAll(environment);
        settings.put("HSM_MODULE", module.toString());
        settings.put("SIGNING_SERVICE_CONFIG", file.toString());
        return settings;
    }

    /** Starts a service with default settings and options. */
    ServiceProcess service(String name, KeyKind kind) {
        return service(name, java, List.of(), token.settings(kind));
    }

    /** Starts a service. */
    ServiceProcess service(String name, Path java, List<String> options, Map<String, String> settings) {
        return ServiceProcess.start(java, options, jar, settings, directory.resolve("service-" + name + ".log"));
    }

    /** Starts a service as a variant runs it. The settings of the variant take precedence. */
    ServiceProcess service(String name, Variant variant, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(variant.settings());
        return service(name, variant.java(), variant.options(), all);
    }

    /** Sends requests as fast as they are answered, and adds the rate, latencies, CPU time and memory to the results. */
    ServiceLoad measure(String figure, ServiceProcess service, Payload payload, int connections) {
        ServiceLoad load = ServiceLoad.of(service, () -> load(service, payload, connections));
        load.addTo(results, figure);
        return load;
    }

    /** Sends requests as fast as they are answered. */
    Wrk.Measured load(ServiceProcess service, Payload payload, int connections) {
        // So that each connection has more than one answer in it.
        double enough = payload.size() / BYTES_PER_SECOND * connections;
        return load(service, payload, connections, Math.max(seconds, enough));
    }

    /** Sends requests as fast as they are answered, for some seconds. */
    Wrk.Measured load(ServiceProcess service, Payload payload, int connections, double duration) {
        return Wrk.run(service.port(), payload.script(directory), connections, duration);
    }

    /**
     * Sends requests until the JIT has compiled the service. While all threads want a core, the compiler gets little of
     * it and would need minutes. The load therefore pauses. The service is warm when two loads in a row were hardly
     * faster than the fastest before, and needed no pause.
     */
    void warmUp(ServiceProcess service, Payload payload, int connections) {
        int warm = 0;
        double fastest = 0;
        for (int i = 0; i < WARM_UP_AT_MOST && (i < WARM_UP_AT_LEAST || warm < WARM); i++) {
            double rate = load(service, payload, connections, WARM_UP_SECONDS).rate();
            warm = rests(service) <= 1 && rate < FASTER * fastest ? warm + 1 : 0;
            fastest = Math.max(fastest, rate);
        }
    }

    /** Waits until the service is idle. Returns how often it was checked. */
    private static int rests(ServiceProcess service) {
        ProcessNumbers numbers = service.numbers();
        for (int rests = 1; rests < RESTS_AT_MOST; rests++) {
            double before = numbers.cpuSeconds();
            LockSupport.parkNanos(REST_NANOS);
            if ((numbers.cpuSeconds() - before) * 1e9 < IDLE * REST_NANOS) {
                return rests;
            }
        }
        return RESTS_AT_MOST;
    }

    /** Does the same for further requests to a service that is warm already. */
    void warmUpFurther(ServiceProcess service, Payload payload, int connections) {
        load(service, payload, connections, FURTHER_WARM_UP_SECONDS);
    }
}
