package io.github.hsmsigner.pdf;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of an appearance, with placeholders for the values of the signature. */
final class TextTemplate {

    static final String NAME = "{name}";
    static final String DATE = "{date}";
    static final String REASON = "{reason}";
    static final String LOCATION = "{location}";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(?:name|date|reason|location)}");
    private static final Pattern LINE_BREAK = Pattern.compile("\\R");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}+");

    private TextTemplate() {}

    /** Returns the lines. A line that has placeholders, and no value for them, is omitted. */
    static List<String> lines(String template, Map<String, String> values) {
        List<String> lines = new ArrayList<>();
        for (String line : LINE_BREAK.split(template, -1)) {
            List<String> placeholders =
                    PLACEHOLDER.matcher(line).results().map(MatchResult::group).toList();
            if (placeholders.isEmpty() || placeholders.stream().anyMatch(values::containsKey)) {
                String text = PLACEHOLDER
                        .matcher(line)
                        .replaceAll(match -> Matcher.quoteReplacement(values.getOrDefault(match.group(), "")));
                lines.add(Normalizer.normalize(CONTROL.matcher(text).replaceAll(" "), Normalizer.Form.NFC));
            }
        }
        return lines;
    }
}
