package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.micrometer.SigningMetrics;
import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/metrics.md says what the declarations say. With {@code -Ddocs.write=true} its tables are written again. */
class MetricsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "reference", "metrics.md");
    private static final String HEAD = "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n";

    @Test
    void theTablesAreMadeFromTheDeclarations() throws IOException {
        String page = Files.readString(PAGE);
        String expected = replaced(
                replaced(
                        replaced(page, "signing", table(SigningMetrics.declared())),
                        "service",
                        table(List.of(Metric.values()))),
                "runtime",
                runtime());
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/reference/metrics.md, which -Ddocs.write=true writes again")
                .isEqualTo(expected);
    }

    private static String replaced(String page, String part, String text) {
        String begin = "<!-- " + part + ": made from the code -->\n";
        String end = "<!-- end of " + part + " -->";
        assertThat(page).contains(begin, end);
        return page.substring(0, page.indexOf(begin) + begin.length()) + "\n" + text + "\n"
                + page.substring(page.indexOf(end));
    }

    /** Returns the declarations of all own metrics. */
    static List<MetricDeclaration> declared() {
        return Stream.concat(SigningMetrics.declared().stream(), Stream.of(Metric.values()))
                .toList();
    }

    private static String table(List<MetricDeclaration> metrics) {
        return HEAD
                + metrics.stream()
                        .map(MetricDeclaration::series)
                        .map(series -> row(
                                series.name(),
                                series.kind().text(),
                                series.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", ")),
                                series.description()))
                        .collect(Collectors.joining());
    }

    private static String row(String name, String type, String labels, String meaning) {
        return "| `" + name + "` | " + type + " | " + labels + " | " + meaning + " |\n";
    }

    private static String runtime() {
        return "| metric | meaning |\n| --- | --- |\n"
                + Arrays.stream(RuntimeMetric.values())
                        .map(metric -> "| `" + metric.exposedName() + "` | " + metric.description() + " |\n")
                        .collect(Collectors.joining());
    }
}
