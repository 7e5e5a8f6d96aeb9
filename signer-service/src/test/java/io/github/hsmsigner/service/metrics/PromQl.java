package io.github.hsmsigner.service.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics that a PromQL expression names, each with the labels of its matchers. */
record PromQl(List<Selector> selectors, Set<String> groupingLabels) {

    /** A metric and the labels that it is chosen by. */
    record Selector(String metric, Set<String> labels) {}

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
    private static final Pattern SELECTOR =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(?:\\{([^}]*)})?(?!\\s*\\()");
    private static final Pattern FUNCTION = Pattern.compile("\\b[a-z_0-9]+\\s*\\(");
    private static final Pattern NUMBER = Pattern.compile("(?<![a-zA-Z_:0-9])[0-9][0-9.eE]*[smhd]?\\b");
    private static final Pattern OPERATOR = Pattern.compile("\\b(?:and|or|unless|bool|offset)\\b");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");

    static PromQl parse(String expression) {
        String rest = RANGE.matcher(STRING.matcher(expression).replaceAll("")).replaceAll("");
        Set<String> grouping = new TreeSet<>();
        Matcher groups = GROUPING.matcher(rest);
        while (groups.find()) {
            for (String label : groups.group(1).split(",")) {
                grouping.add(label.strip());
            }
        }
        rest = GROUPING.matcher(rest).replaceAll(" ");
        rest = FUNCTION.matcher(rest).replaceAll("(");
        rest = NUMBER.matcher(OPERATOR.matcher(rest).replaceAll(" ")).replaceAll(" ");
        List<Selector> selectors = new ArrayList<>();
        Matcher found = SELECTOR.matcher(rest);
        while (found.find()) {
            selectors.add(new Selector(found.group(1), labels(found.group(2))));
        }
        return new PromQl(selectors, grouping);
    }

    private static Set<String> labels(String matchers) {
        Set<String> labels = new TreeSet<>();
        if (matchers != null) {
            Matcher matcher = MATCHER.matcher(matchers);
            while (matcher.find()) {
                labels.add(matcher.group(1));
            }
        }
        return labels;
    }
}
