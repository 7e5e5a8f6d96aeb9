package io.github.hsmsigner.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    @TempDir
    private Path directory;

    @Test
    void aFigureIsTheMedianOfItsRoundsWithTheSpread() throws IOException {
        Results results = new Results(directory.resolve("figures.csv"));
        for (double value : new double[] {0.9, 0.7, 1.1, 0.8, 1.0}) {
            results.add("http.raw.rsa.32.ratio", value);
        }
        results.add("two", 1);
        results.add("two", 2000);
        results.write();

        assertThat(Files.readAllLines(directory.resolve("figures.csv")))
                .containsExactly(
                        "figure,median,low,high,rounds",
                        "http.raw.rsa.32.ratio,0.9000,0.7000,1.100,0.9000 0.7000 1.100 0.8000 1.000",
                        "two,1001,1.000,2000,1.000 2000");
    }

    @Test
    void aGoalIsReachedOrMissedByTheMedian() {
        Results results = new Results(directory.resolve("figures.csv"));
        Goal least = new Goal("as much", "a", true, 0.8);
        Goal most = new Goal("as little", "a", false, 0.8);
        assertThat(least.row(results)).isEmpty();

        results.add("a", 0.7);
        results.add("a", 0.9);
        results.add("a", 0.85);
        assertThat(least.row(results)).contains("| as much | ≥ 0.8 | 0.8500 | 0.7000 to 0.9000 | reached |");
        assertThat(most.row(results)).contains("| as little | ≤ 0.8 | 0.8500 | 0.7000 to 0.9000 | **missed** |");
    }

    @Test
    void aChartHasABarAndALineForTheSpreadOfEach() {
        Series series = new Series(List.of(0.5, 1.0, 2.0));
        String svg = new BarChart("a < b", List.of(new BarChart.Bar("one", series, 1.5))).svg();

        assertThat(svg)
                .startsWith("<svg ")
                .endsWith("</svg>\n")
                .contains(">a &lt; b</text>")
                .contains("<rect class=\"b\" x=\"250\" y=\"40\" width=\"210.0\"")
                .contains("<line class=\"s\" x1=\"355.0\" x2=\"670.0\"")
                .contains("<line class=\"g\" x1=\"565.0\" x2=\"565.0\"");
    }

    @Test
    void aPercentileIsOneOfTheValues() {
        double[] sorted = {1, 2, 3, 4};
        assertThat(SteadyLoad.percentile(sorted, 50)).isEqualTo(3);
        assertThat(SteadyLoad.percentile(sorted, 99)).isEqualTo(4);
        assertThat(SteadyLoad.percentile(sorted, 100)).isEqualTo(4);
    }
}
