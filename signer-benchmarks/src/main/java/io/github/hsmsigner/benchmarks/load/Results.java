package io.github.hsmsigner.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The figures of a run, by name. They are written to the file after each scenario, so that a run that is ended early leaves something. */
final class Results {

    private final Path file;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    Results(Path file) {
        this.file = file;
    }

    /** Takes the value of one more round. */
    void add(String figure, double value) {
        figures.computeIfAbsent(figure, name -> new ArrayList<>()).add(value);
    }

    Optional<Series> series(String figure) {
        return Optional.ofNullable(figures.get(figure)).map(Series::new);
    }

    List<String> names() {
        return List.copyOf(figures.keySet());
    }

    void write() {
        List<String> lines = new ArrayList<>();
        lines.add("figure,median,low,high,rounds");
        figures.forEach((name, values) -> {
            Series series = new Series(values);
            lines.add(String.join(
                    ",",
                    name,
                    text(series.median()),
                    text(series.low()),
                    text(series.high()),
                    values.stream().map(Results::text).collect(Collectors.joining(" "))));
        });
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("The results cannot be written", e);
        }
    }

    /** Returns a number with four digits that count. */
    static String text(double value) {
        int digits = value == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(value)));
        return String.format(Locale.ROOT, "%." + Math.max(0, 3 - digits) + "f", value);
    }
}
