package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.Command;
import java.nio.file.Path;

/** A run of wrk, which sends a request on each connection as soon as the answer to the last one has come. */
final class Wrk {

    /** Sends the body in a file, and prints what counts in one line. */
    static final String SCRIPT = """
            local file = assert(io.open("%s", "rb"))
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.body = file:read("*a")
            file:close()

            function done(summary, latency, requests)
              local errors = summary.errors
              io.write(string.format("MEASURED %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
                errors.connect + errors.read + errors.write + errors.status + errors.timeout,
                latency:percentile(50), latency:percentile(90), latency:percentile(99)))
            end
            """;

    private static final double MICROS = 1e6;

    private Wrk() {}

    /**
     * The result of a run.
     *
     * @param requests the number of responses
     * @param rate responses per second
     * @param p50 median of the latency, in milliseconds
     * @param p90 its 90th percentile
     * @param p99 its 99th percentile
     */
    record Measured(long requests, double rate, double p50, double p90, double p99) {}

    static Measured run(int port, Path script, int connections, double seconds) {
        String output = Command.run(
                "wrk",
                "--threads",
                Integer.toString(Math.min(connections, Runtime.getRuntime().availableProcessors())),
                "--connections",
                Integer.toString(connections),
                "--duration",
                Math.max(1, Math.round(seconds)) + "s",
                "--timeout",
                "120s",
                "--script",
                script.toString(),
                "http://127.0.0.1:" + port + "/sign");
        String[] fields = output.lines()
                .filter(line -> line.startsWith("MEASURED "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk measured nothing:\n" + output))
                .split(" ");
        if (fields[1].equals("0")) {
            throw new IllegalStateException("No answer came in time. Measure on an idle machine:\n" + output);
        }
        if (!fields[3].equals("0")) {
            throw new IllegalStateException("Not every answer was good:\n" + output);
        }
        long requests = Long.parseLong(fields[1]);
        return new Measured(
                requests,
                requests * MICROS / Long.parseLong(fields[2]),
                Long.parseLong(fields[4]) / 1000.0,
                Long.parseLong(fields[5]) / 1000.0,
                Long.parseLong(fields[6]) / 1000.0);
    }
}
