package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The calls that {@code latency-module.c} counted, since its process started.
 *
 * @param inits the calls of C_SignInit
 * @param signatures the calls of C_Sign that returned a signature
 * @param lengths the calls of C_Sign for the length of a signature
 * @param cpuSeconds the CPU time in all of these in the module behind it
 */
public record TokenCalls(long inits, long signatures, long lengths, double cpuSeconds) {

    private static final double NANOS = 1e9;

    /**
     * Reads the counts as they are now.
     *
     * @param file the file that LATENCY_COUNT_FILE names
     * @return the counts
     */
    public static TokenCalls read(Path file) {
        try {
            ByteBuffer counts = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
            return new TokenCalls(counts.getLong(), counts.getLong(), counts.getLong(), counts.getLong() / NANOS);
        } catch (IOException e) {
            throw new UncheckedIOException("The counts of the module cannot be read", e);
        }
    }

    /**
     * Returns the calls since an earlier time.
     *
     * @param start the counts at that time
     * @return the difference
     */
    public TokenCalls since(TokenCalls start) {
        return new TokenCalls(
                inits - start.inits,
                signatures - start.signatures,
                lengths - start.lengths,
                cpuSeconds - start.cpuSeconds);
    }
}
