package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.service.command.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The service in a virtual machine of its own, started as an operator starts it. */
final class ChildProcess implements AutoCloseable {

    private static final long TIME_LIMIT_SECONDS = 60;
    private static final Pattern LISTENING = Pattern.compile("Listening on https?://0\\.0\\.0\\.0:(\\d+)/sign");

    private final Process process;
    private final Path standardError;
    private final BufferedReader standardOutput;
    private final List<String> outputLines = new ArrayList<>();

    private ChildProcess(Process process, Path standardError) {
        this.process = process;
        this.standardError = standardError;
        this.standardOutput = process.inputReader(StandardCharsets.UTF_8);
    }

    static ChildProcess start(Path directory, Map<String, String> variables, String... arguments) {
        return start("-Xmx128m", directory, variables, arguments);
    }

    /** As {@link #start(Path, Map, String...)}, with a heap of another size. */
    static ChildProcess start(String heap, Path directory, Map<String, String> variables, String... arguments) {
        return start(List.of(heap), directory, variables, arguments);
    }

    /** As {@link #start(Path, Map, String...)}, with other options of the virtual machine. */
    static ChildProcess start(
            List<String> options, Path directory, Map<String, String> variables, String... arguments) {
        return start(options, System.getProperty("java.class.path"), directory, variables, arguments);
    }

    /** As {@link #start(Path, Map, String...)}, with all jars of a directory on the class path too. */
    static ChildProcess startWithProviders(
            Path providers, Path directory, Map<String, String> variables, String... arguments) {
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + providers + "/*";
        return start(List.of("-Xmx128m"), classPath, directory, variables, arguments);
    }

    private static ChildProcess start(
            List<String> options,
            String classPath,
            Path directory,
            Map<String, String> variables,
            String... arguments) {
        try {
            Path standardError = Files.createTempFile(directory, "stderr", ".txt");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    // As the manifest of the runnable file has it; without it, JDK 24 and later warn on standard error.
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath,
                    Main.class.getName()));
            command.addAll(1, options);
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(standardError.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("HSM_") || name.startsWith("SIGNING_"));
            // Java would announce on standard error that it takes options from there.
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(variables);
            return new ChildProcess(builder.start(), standardError);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads standard output up to the line that names the port. */
    int awaitPort() {
        for (String line = readLine(); line != null; line = readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new AssertionError("The service did not start:\n" + output() + "\n" + errors());
    }

    private String readLine() {
        try {
            String line = standardOutput.readLine();
            if (line != null) {
                outputLines.add(line);
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The most memory that the process has held so far, as the kernel counts it: VmHWM, in KiB. */
    long peakResidentKibibytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends SIGTERM; not through the process itself, which would close its streams with the last lines unread. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Ends the process without warning, as SIGKILL does. */
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    /** Waits for the end, and gives the exit code. A process that does not end is killed, as its output is read to the end. */
    int exitCode() {
        CompletableFuture.delayedExecutor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)
                .execute(process.toHandle()::destroyForcibly);
        while (readLine() != null) {
            // To the end of the output, which is the end of the process.
        }
        try {
            if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("The process did not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The lines of standard output that were read so far. */
    List<String> output() {
        return List.copyOf(outputLines);
    }

    List<String> errors() {
        try {
            return Files.readAllLines(standardError);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
