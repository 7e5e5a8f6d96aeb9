package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.config.RawValue.Origin;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows the settings in force as YAML: all of them, each with where it is from. Secrets are masked; with them filled
 * in, the text is itself a file of settings that means the same.
 */
public final class SettingsPrinter {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_/][A-Za-z0-9_./@+=-]*");
    private static final Pattern NULL = Pattern.compile("null|Null|NULL");
    private static final String INDENT = "  ";

    private SettingsPrinter() {}

    /** {@return the settings as YAML} */
    public static String print(Map<String, String> variables) throws InvalidSettingsException {
        SectionValues values = SettingsReader.values(variables);
        return "# The settings in force, and where each is from. Secrets are shown as ****.\n"
                + String.join("\n", section(values)) + "\n";
    }

    private static List<String> section(SectionValues values) {
        return values.section().settings().stream()
                .flatMap(setting -> setting(values, setting).stream())
                .toList();
    }

    private static List<String> setting(SectionValues values, Setting<?> setting) {
        Optional<? extends ParsedValue<?>> found = values.parsed(setting);
        Optional<?> value = found.flatMap(ParsedValue::value);
        if (value.isEmpty()) {
            return notSet(setting);
        }
        if (setting.type() instanceof SettingType.OfSection type) {
            SectionValues inner = (SectionValues) value.get();
            return type.optional() && !inner.isAnythingSet() ? notSet(setting) : named(setting.name(), inner);
        }
        if (setting.type() instanceof SettingType.OfNames) {
            Map<?, ?> sections = (Map<?, ?>) value.get();
            List<String> lines = new ArrayList<>();
            sections.forEach((name, inner) -> lines.addAll(named(quoted((String) name), (SectionValues) inner)));
            return sections.isEmpty() ? notSet(setting) : under(setting.name() + ":", lines);
        }
        if (setting.type() instanceof SettingType.OfList) {
            Stream<String> lines =
                    ((Collection<?>) value.get()).stream().flatMap(each -> element((SectionValues) each).stream());
            return under(setting.name() + ":", lines.toList());
        }
        String shown =
                found.flatMap(ParsedValue::shown).map(SettingsPrinter::flow).orElseThrow();
        return List.of(setting.name() + ": " + shown + INDENT + "# "
                + found.map(ParsedValue::origin).map(Origin::text).orElseThrow());
    }

    private static List<String> notSet(Setting<?> setting) {
        return List.of("# " + setting.name() + ": not set");
    }

    private static List<String> named(String name, SectionValues values) {
        List<String> lines = section(values);
        if (lines.stream().anyMatch(SettingsPrinter::counts)) {
            return under(name + ":", lines);
        }
        return values.origin().isPresent() ? under(name + ": {}", lines) : under("# " + name + ":", lines);
    }

    private static List<String> element(SectionValues values) {
        List<String> lines = section(values);
        List<String> counting = lines.stream().filter(SettingsPrinter::counts).toList();
        if (counting.isEmpty()) {
            return List.of("- {}");
        }
        List<String> element = new ArrayList<>();
        counting.forEach(line -> element.add((element.isEmpty() ? "- " : INDENT) + line));
        return element;
    }

    private static boolean counts(String line) {
        return !line.stripLeading().startsWith("#");
    }

    private static List<String> under(String head, List<String> lines) {
        return Stream.concat(Stream.of(head), lines.stream().map(line -> INDENT + line))
                .toList();
    }

    private static String flow(YamlValue value) {
        if (value instanceof YamlValue.Items items) {
            return items.values().stream().map(SettingsPrinter::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof YamlValue.Fields fields) {
            return fields.values().entrySet().stream()
                    .map(field -> quoted(field.getKey()) + ": " + flow(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return quoted(((YamlValue.Scalar) value).text().replace("${", "$${"));
    }

    /** Returns a text as YAML has it, on one line. */
    private static String quoted(String text) {
        if (PLAIN.matcher(text).matches() && !NULL.matcher(text).matches()) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c >= 0x20 && c < 0x7f) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append(String.format("\\U%08x", c));
            }
        });
        return quoted.append('"').toString();
    }
}
