package io.github.hsmsigner.benchmarks.load;

import java.util.List;
import java.util.Locale;

/** Medians as bars, with the spread of the rounds as a line on each, in SVG. */
final class BarChart {

    private static final int LABEL_WIDTH = 250;
    private static final int BAR_WIDTH = 420;
    private static final int ROW = 24;
    private static final int TOP = 40;
    private static final String STYLE =
            "text{font:12px sans-serif;fill:#222}.t{font-weight:bold;font-size:14px}.b{fill:#4a7ab5}.s{stroke:#222;stroke-width:1.5}"
                    + ".g{stroke:#b5483a;stroke-dasharray:4 3}rect.p{fill:#fff}";

    private final String title;
    private final List<Bar> bars;

    BarChart(String title, List<Bar> bars) {
        this.title = title;
        this.bars = List.copyOf(bars);
    }

    /**
     * A bar.
     *
     * @param label the text next to it
     * @param series the values that it shows
     * @param goal the value of the line that marks a goal; not a number for none
     */
    record Bar(String label, Series series, double goal) {}

    String svg() {
        double most = bars.stream()
                .mapToDouble(bar -> Double.isNaN(bar.goal) ? bar.series.high() : Math.max(bar.goal, bar.series.high()))
                .max()
                .orElse(1);
        int height = TOP + ROW * bars.size() + 10;
        int width = LABEL_WIDTH + BAR_WIDTH + 80;
        StringBuilder svg = new StringBuilder();
        line(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">",
                width,
                height,
                width,
                height);
        line(svg, "<style>%s</style><rect class=\"p\" width=\"%d\" height=\"%d\"/>", STYLE, width, height);
        line(svg, "<text class=\"t\" x=\"10\" y=\"22\">%s</text>", escaped(title));
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + ROW * i, BAR_WIDTH / most);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, Bar bar, int y, double scale) {
        double end = LABEL_WIDTH + bar.series.median() * scale;
        int middle = y + ROW / 2 - 2;
        line(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                LABEL_WIDTH - 8,
                middle + 4,
                escaped(bar.label));
        line(
                svg,
                "<rect class=\"b\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                LABEL_WIDTH,
                y,
                end - LABEL_WIDTH,
                ROW - 6);
        double low = LABEL_WIDTH + bar.series.low() * scale;
        double high = LABEL_WIDTH + bar.series.high() * scale;
        line(svg, "<line class=\"s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", low, high, middle, middle);
        if (!Double.isNaN(bar.goal)) {
            double goal = LABEL_WIDTH + bar.goal * scale;
            line(
                    svg,
                    "<line class=\"g\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    goal,
                    goal,
                    y - 3,
                    y + ROW - 3);
        }
        line(
                svg,
                "<text x=\"%.1f\" y=\"%d\">%s</text>",
                Math.max(high, end) + 6,
                middle + 4,
                Results.text(bar.series.median()));
    }

    private static void line(StringBuilder svg, String form, Object... values) {
        svg.append(String.format(Locale.ROOT, form, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
