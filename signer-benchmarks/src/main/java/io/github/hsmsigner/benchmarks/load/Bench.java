package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What all scenarios need.
 *
 * @param directory where files may be put
 * @param jar {@code signer-service.jar}
 * @param java the {@code java} command that the service is started with
 * @param programs the C programs
 * @param token the token
 * @param results where figures go
 * @param rounds how many rounds
 * @param seconds how long each measurement takes
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

    /** The virtual machine goes on compiling for that long, and takes a good part of two cores for it. */
    private static final double WARM_UP_SECONDS = 25;

    private static final double FURTHER_WARM_UP_SECONDS = 5;

    /** Signatures a second of the bare loop over the token, with a thread a core. */
    double limit(KeyKind kind) {
        return limit(kind, CORES);
    }

    /** Signatures a second of the bare loop over the token. */
    double limit(KeyKind kind, int threads) {
        return programs.signaturesPerSecond(token, token.module(), Map.of(), kind, threads, seconds);
    }

    /** A service with default settings and options. */
    ServiceProcess service(String name, KeyKind kind) {
        return service(name, java, List.of(), token.settings(kind));
    }

    /** A service. */
    ServiceProcess service(String name, Path java, List<String> options, Map<String, String> settings) {
        return ServiceProcess.start(java, options, jar, settings, directory.resolve("service-" + name + ".log"));
    }

    /** Sends requests as fast as they are answered. */
    Wrk.Measured load(ServiceProcess service, Payload payload, int connections) {
        return Wrk.run(service.port(), payload.script(directory), connections, seconds);
    }

    /** Has the virtual machine compile what it will. */
    void warmUp(ServiceProcess service, Payload payload, int connections) {
        Wrk.run(service.port(), payload.script(directory), connections, WARM_UP_SECONDS);
    }

    /** The same for what else a service that is warm already will be asked. */
    void warmUpFurther(ServiceProcess service, Payload payload, int connections) {
        Wrk.run(service.port(), payload.script(directory), connections, FURTHER_WARM_UP_SECONDS);
    }
}
