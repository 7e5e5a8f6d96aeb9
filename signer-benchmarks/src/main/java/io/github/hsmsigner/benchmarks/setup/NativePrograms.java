package io.github.hsmsigner.benchmarks.setup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The C programs of this module, compiled. */
public final class NativePrograms {

    private static final Path SOURCES = Path.of("signer-benchmarks/src/main/c");
    private static final List<String> COMPILER =
            List.of("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-I/usr/include/p11-kit-1");

    private final Path directory;

    private NativePrograms(Path directory) {
        this.directory = directory;
    }

    /**
     * Compiles them. The working directory must be that of the project.
     *
     * @param directory where they go
     * @return the programs
     */
    public static NativePrograms compile(Path directory) {
        if (!Files.isDirectory(SOURCES)) {
            throw new IllegalStateException(
                    "There is no " + SOURCES + " here; start this with scripts/bench or scripts/soak.");
        }
        NativePrograms programs = new NativePrograms(directory);
        gcc("pkcs11-loop.c", directory.resolve("pkcs11-loop"), "-pthread");
        gcc("latency-module.c", programs.latencyModule(), "-shared", "-fPIC");
        gcc("network-module.c", programs.networkModule(), "-shared", "-fPIC", "-pthread");
        gcc("trouble-module.c", programs.troubleModule(), "-shared", "-fPIC");
        return programs;
    }

    private static void gcc(String source, Path target, String... options) {
        List<String> command = new ArrayList<>(COMPILER);
        command.addAll(List.of(options));
        command.addAll(List.of(SOURCES.resolve(source).toString(), "-o", target.toString(), "-ldl"));
        Command.run(command.toArray(String[]::new));
    }

    /**
     * Returns the module that makes a token slower.
     *
     * @return its path
     */
    public Path latencyModule() {
        return directory.resolve("latency-module.so");
    }

    /**
     * Returns the module whose signatures take time, but no CPU time.
     *
     * @return its path
     */
    public Path networkModule() {
        return directory.resolve("network-module.so");
    }

    /**
     * Returns the module that makes a token hang, break and disappear.
     *
     * @return its path
     */
    public Path troubleModule() {
        return directory.resolve("trouble-module.so");
    }

    /**
     * Runs the bare loop over a token.
     *
     * @param token the token
     * @param module the module, that of the token or one before it
     * @param environment variables for that module
     * @param kind the key
     * @param threads threads, each with a session
     * @param seconds for how long
     * @return the rate and the CPU time
     */
    public Unpaced unpaced(
            SoftToken token, Path module, Map<String, String> environment, KeyKind kind, int threads, double seconds) {
        String[] numbers = loop(token, module, environment, kind, threads, Double.toString(seconds))
                .split(" ");
        return new Unpaced(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
    }

    /**
     * Signatures as fast as possible.
     *
     * @param perSecond signatures a second
     * @param cpuMillis the CPU time of a signature, in milliseconds
     */
    public record Unpaced(double perSecond, double cpuMillis) {}

    /**
     * Has the bare loop make signatures at a constant rate.
     *
     * @param token the token
     * @param kind the key
     * @param threads threads, each with a session
     * @param seconds for how long
     * @param rate signatures a second
     * @return how long they took, from when each was due
     */
    public Paced paced(SoftToken token, KeyKind kind, int threads, double seconds, double rate) {
        String[] millis = loop(
                        token, token.module(), Map.of(), kind, threads, Double.toString(seconds), Double.toString(rate))
                .split(" ");
        return new Paced(Double.parseDouble(millis[0]), Double.parseDouble(millis[1]));
    }

    /**
     * The latencies of signatures at a constant rate.
     *
     * @param p50 the median, in milliseconds
     * @param p99 the 99th percentile, in milliseconds
     */
    public record Paced(double p50, double p99) {}

    private String loop(
            SoftToken token,
            Path module,
            Map<String, String> environment,
            KeyKind kind,
            int threads,
            String... secondsAndRate) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("PIN", token.pin());
        List<String> command = new ArrayList<>(List.of(
                directory.resolve("pkcs11-loop").toString(),
                module.toString(),
                SoftToken.LABEL,
                kind.label(),
                kind.label(),
                Integer.toString(threads)));
        command.addAll(List.of(secondsAndRate));
        return Command.run(variables, command.toArray(String[]::new)).strip();
    }
}
