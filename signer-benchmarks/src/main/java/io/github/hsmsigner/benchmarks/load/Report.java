package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The output of a run in addition to its figures: the machine, the goals, and charts. */
final class Report {

    private final Results results;
    private final Path directory;

    Report(Results results, Path directory) {
        this.results = results;
        this.directory = directory;
    }

    /** Returns the machine and its load as the run begins. */
    static List<String> machine(Path java) {
        return List.of(
                "Time: " + Instant.now().truncatedTo(ChronoUnit.SECONDS),
                "Processor: " + firstLine("/proc/cpuinfo", "model name") + ", " + Bench.CORES + " cores for us",
                "System: " + firstLine("/etc/os-release", "PRETTY_NAME"),
                "Load average at the start: " + firstLine("/proc/loadavg", ""),
                "JDK: "
                        + Command.run(java.toString(), "-version")
                                .lines()
                                .skip(1)
                                .findFirst()
                                .orElse(""),
                "SoftHSM: " + Command.run("softhsm2-util", "--version").strip());
    }

    private static String firstLine(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.replaceFirst("^[^:=]*[:=]\\s*", "").replace("\"", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Writes the goals and the charts. Returns the lines about the goals. */
    List<String> write(List<String> machine) {
        List<String> lines = new ArrayList<>(machine);
        lines.add("");
        lines.add("| what | goal | median | spread | |");
        lines.add("| --- | --- | --- | --- | --- |");
        Goal.ALL.forEach(goal -> goal.row(results).ifPresent(lines::add));
        try {
            Files.write(directory.resolve("report.md"), lines);
            chart("to-the-limit.svg", "To the limit: the bare C loop, or Base64 and SHA-512 alone", ".ratio");
            chart("latency.svg", "Median of the latency over HTTP, ms", ".p50-ms");
        } catch (IOException e) {
            throw new UncheckedIOException("The report cannot be written", e);
        }
        return lines;
    }

    private void chart(String file, String title, String ending) throws IOException {
        List<BarChart.Bar> bars = results.names().stream()
                .filter(name -> name.endsWith(ending))
                .map(name -> new BarChart.Bar(
                        name.substring(0, name.length() - ending.length()),
                        results.series(name).orElseThrow(),
                        goal(name)))
                .toList();
        if (!bars.isEmpty()) {
            Files.writeString(directory.resolve(file), new BarChart(title, bars).svg());
        }
    }

    private static double goal(String figure) {
        return Goal.ALL.stream()
                .filter(goal -> goal.figure().equals(figure))
                .mapToDouble(Goal::bound)
                .findFirst()
                .orElse(Double.NaN);
    }
}
