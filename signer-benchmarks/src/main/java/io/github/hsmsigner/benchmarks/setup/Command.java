package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A program that is run to its end. */
public final class Command {

    private Command() {}

    /**
     * Runs a program.
     *
     * @param command the program and its arguments
     * @return what it wrote to standard output and standard error
     * @throws IllegalStateException if its exit code is not 0; the message has its output
     */
    public static String run(String... command) {
        return run(Map.of(), command);
    }

    /**
     * Runs a program.
     *
     * @param environment variables on top of those of this process
     * @param command the program and its arguments
     * @return what it wrote to standard output and standard error
     * @throws IllegalStateException if its exit code is not 0; the message has its output
     */
    public static String run(Map<String, String> environment, String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(List.of(command) + " ended with " + code + ":\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command[0] + " ran", e);
        }
    }
}
