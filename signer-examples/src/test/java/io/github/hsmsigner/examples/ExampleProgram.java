package io.github.hsmsigner.examples;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The {@code main} of an example in a process of its own, as people run it. Immutable. */
public final class ExampleProgram {

    private static final String LISTENING = "Listening on ";

    private final Class<?> main;
    private final Map<String, String> environment;

    private ExampleProgram(Class<?> main, Map<String, String> environment) {
        this.main = main;
        this.environment = environment;
    }

    public static ExampleProgram of(Class<?> main) {
        return new ExampleProgram(main, Map.of());
    }

    /** With a variable in its environment. */
    public ExampleProgram with(String variable, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(variable, value);
        return new ExampleProgram(main, more);
    }

    /** With a token in its environment. */
    public ExampleProgram with(SoftHsm.Token token) {
        return with("HSM_MODULE", SoftHsm.module().toString())
                .with("HSM_TOKEN_LABEL", token.label())
                .with("HSM_PIN", token.pin());
    }

    /** Runs it to its end. */
    public ExternalTool.Result run(Object... arguments) {
        List<String> command = new ArrayList<>(List.of("env"));
        environment.forEach((variable, value) -> command.add(variable + "=" + value));
        command.addAll(command(arguments));
        return ExternalTool.run(command);
    }

    /** Runs it to its end, which must be a good one, and gives what it printed. */
    public String runOrFail(Object... arguments) {
        ExternalTool.Result result = run(arguments);
        if (result.exitCode() != 0) {
            throw new AssertionError(main + " ended with " + result.exitCode() + ":\n" + result.output());
        }
        return result.output();
    }

    /** A server that is running. */
    public record Server(Process process, String address) implements AutoCloseable {

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Starts a server, and waits until it says where it listens. */
    public Server start(Object... arguments) {
        ProcessBuilder builder = new ProcessBuilder(command(arguments)).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            String line = process.inputReader(StandardCharsets.UTF_8).readLine();
            if (line == null || !line.startsWith(LISTENING)) {
                process.destroyForcibly();
                throw new AssertionError(main + " does not listen: " + line);
            }
            return new Server(process, line.substring(LISTENING.length()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // They live for a second or two.
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return command;
    }
}
