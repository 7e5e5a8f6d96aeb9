package io.github.hsmsigner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus text 0.0.4 as a strict reader sees it. */
public final class Scrape {

    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z_0-9]+) (counter|gauge|histogram|summary)");
    private static final Pattern HELP = Pattern.compile("# HELP ([a-z_0-9]+) \\S.*");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_0-9]+)(?:\\{((?:[a-z_]+=\"(?:[^\"\\\\]|\\\\.)*\",?)*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Set<String>> labelsOfSamples = new TreeMap<>();
    private final Map<String, Double> values = new LinkedHashMap<>();

    private Scrape(String text) {
        assertThat(text).endsWith("\n");
        Set<String> described = new TreeSet<>();
        for (String line : text.split("\n")) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            if (help.matches()) {
                assertThat(described.add(help.group(1))).as(line).isTrue();
            } else if (type.matches()) {
                assertThat(types.put(type.group(1), type.group(2))).as(line).isNull();
            } else {
                sample(line);
            }
        }
        assertThat(described).containsExactlyInAnyOrderElementsOf(types.keySet());
        values.keySet().forEach(this::family);
    }

    private void sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        Map<String, String> labels = new TreeMap<>();
        if (sample.group(2) != null) {
            Matcher label = LABEL.matcher(sample.group(2));
            while (label.find()) {
                assertThat(labels.put(label.group(1), label.group(2))).as(line).isNull();
            }
        }
        labelsOfSamples
                .computeIfAbsent(sample.group(1), name -> new TreeSet<>())
                .addAll(labels.keySet());
        String number = sample.group(3).replace("+Inf", "Infinity");
        assertThat(values.put(sample.group(1) + labels, Double.valueOf(number)))
                .as(line)
                .isNull();
    }

    /** The metric that a sample belongs to, which must have been announced. */
    private String family(String key) {
        String name = key.substring(0, key.indexOf('{'));
        String family = types.containsKey(name) ? name : name.replaceAll("_(bucket|sum|count)$", "");
        assertThat(types).as(key).containsKey(family);
        return family;
    }

    /** Reads the text of a scrape. */
    public static Scrape parse(String text) {
        return new Scrape(text);
    }

    static Scrape of(PrometheusMeterRegistry registry) {
        return parse(registry.scrape());
    }

    /** A number by the sample's name and its labels, as name and value in turn. */
    public double value(String sample, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        assertThat(values).containsKey(sample + wanted);
        return values.get(sample + wanted);
    }

    /** All numbers of a sample, added up. */
    public double sum(String sample) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(sample + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** The names of metrics, with their types. */
    public Map<String, String> types() {
        return types;
    }

    /** The names of samples, each with the labels that it has. */
    public Map<String, Set<String>> labelsOfSamples() {
        return labelsOfSamples;
    }

    /** What tells time series apart. */
    public Set<String> series() {
        return values.keySet();
    }
}
