package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Measured values of the page about performance, such as {@code 0.82 (0.69 to 0.96)}, are in the files of benchmark runs, rounded. */
class PerformancePageTest {

    private static final Path ROOT = Path.of("..");
    private static final Path RESULTS = ROOT.resolve("signer-benchmarks/results");
    private static final List<String> FILES = List.of(
            "2026-11-27-full/figures.csv",
            "2026-11-27-full/latency.csv",
            "2026-11-27-full/launchers.csv",
            "2026-11-27-full/startup.csv",
            "2026-12-01-goals/jdk17.csv",
            "2026-12-01-goals/jdk25.csv");
    private static final String NUMBER = "(-?[\\d,]*\\d(?:\\.\\d+)?)";
    private static final Pattern VALUE = Pattern.compile(NUMBER + " \\(" + NUMBER + " to " + NUMBER + "\\)");

    private static List<String> unknownValues(String page) throws IOException {
        List<List<BigDecimal>> figures = new ArrayList<>();
        for (String file : FILES) {
            try (Stream<String> lines = Files.lines(RESULTS.resolve(file))) {
                lines.skip(1)
                        .map(line -> line.split(","))
                        .map(cells -> IntStream.rangeClosed(1, 3)
                                .mapToObj(i -> new BigDecimal(cells[i]))
                                .toList())
                        .forEach(figures::add);
            }
        }
        return VALUE.matcher(page)
                .results()
                .filter(value -> figures.stream().noneMatch(figure -> isRounded(value, figure)))
                .map(MatchResult::group)
                .toList();
    }

    private static boolean isRounded(MatchResult value, List<BigDecimal> figure) {
        return IntStream.range(0, 3).allMatch(i -> {
            BigDecimal shown = new BigDecimal(value.group(i + 1).replace(",", ""));
            BigDecimal half = BigDecimal.valueOf(5, shown.scale() + 1);
            return shown.subtract(figure.get(i)).abs().compareTo(half) <= 0;
        });
    }

    @Test
    void measuredValuesAreInTheFilesOfTheRun() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/explanation/performance.md"));
        assertThat(VALUE.matcher(page).results()).hasSizeGreaterThan(15);
        assertThat(unknownValues(page)).isEmpty();
    }

    @Test
    void aWrongValueIsFound() throws IOException {
        assertThat(unknownValues("0.82 (0.69 to 0.96), 0.83 (0.69 to 0.96), 1,306 (1 to 2)"))
                .containsExactly("0.83 (0.69 to 0.96)", "1,306 (1 to 2)");
    }
}
