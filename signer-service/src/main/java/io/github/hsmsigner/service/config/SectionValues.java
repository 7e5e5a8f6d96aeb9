package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.config.RawValue.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The values of a section.
 *
 * @param origin empty if the section is not there, and has only defaults and variables
 */
record SectionValues(
        Section section, ReadContext context, Optional<Origin> origin, Map<Setting<?>, ParsedValue<?>> parsed) {

    /**
     * The value that was found for a setting. Immutable.
     *
     * @param value empty if it cannot be used, which was reported
     * @param where the name of the setting in problems
     * @param shown the value in the effective configuration, without secrets
     */
    record ParsedValue<T>(Optional<T> value, Origin origin, String where, Optional<YamlValue> shown) {

        static <T> ParsedValue<T> unusable(RawValue raw) {
            return new ParsedValue<>(Optional.empty(), raw.origin(), raw.where(), Optional.empty());
        }

        static <T> ParsedValue<T> of(T value, RawValue raw, YamlValue shown) {
            return new ParsedValue<>(Optional.of(value), raw.origin(), raw.where(), Optional.of(shown));
        }

        /** Returns a value that is neither in the file nor in a variable. */
        static <T> ParsedValue<T> byDefault(T value, ReadContext context) {
            return of(value, RawValue.byDefault(context.path(), ""), YamlValue.Fields.none());
        }

        @Override
        public String toString() {
            return "ParsedValue[" + where + "]";
        }
    }

    /** Returns the name of the section in problems. */
    String where() {
        return context.path()
                + origin.filter(Origin::isLine)
                        .map(line -> " (" + line.text() + ")")
                        .orElse("");
    }

    /** Returns the name of a setting in problems. */
    String where(Setting<?> setting) {
        return parsed(setting).map(ParsedValue::where).orElseGet(() -> context.whereMissing(setting));
    }

    Problems problems() {
        return context.problems();
    }

    /** Adds a problem of the section: the rest of a sentence without its full stop. */
    void report(String predicate) {
        context.report(where(), predicate);
    }

    /** Adds a problem of a setting: the rest of a sentence without its full stop. */
    void report(Setting<?> setting, String predicate) {
        context.report(where(setting), predicate);
    }

    /** Returns the value, or empty if it is not set or cannot be used. */
    <T> Optional<T> get(Setting<T> setting) {
        return parsed(setting).flatMap(ParsedValue::value);
    }

    /** Returns the value of a list, a map or a section, of which an empty one stands for a missing one. */
    <T> T getOrDefault(Setting<T> setting, T defaultValue) {
        return get(setting).orElse(defaultValue);
    }

    /**
     * Returns the value of a setting that has a default or was required. The default also replaces a value that cannot
     * be used.
     */
    <T> T value(Setting<T> setting) {
        return get(setting)
                .or(() -> setting.type()
                        .parse(setting.rawDefault("").orElseThrow(), context)
                        .value())
                .orElseThrow();
    }

    /** Returns an inner section that is optional, or empty if nothing in it is set. */
    Optional<SectionValues> optional(Setting<SectionValues> section) {
        return Optional.of(value(section)).filter(SectionValues::isAnythingSet);
    }

    /** Makes a value of each element of a required list, or returns empty if an element cannot be used. */
    <T> Optional<List<T>> each(Setting<List<SectionValues>> list, Function<SectionValues, Optional<T>> reader) {
        return require(list).map(values -> values.value(list)).flatMap(elements -> {
            List<T> made = elements.stream()
                    .flatMap(element -> element.attempt(() -> reader.apply(element)).stream())
                    .flatMap(Optional::stream)
                    .toList();
            return made.size() < elements.size() ? Optional.empty() : Optional.of(made);
        });
    }

    /** Returns the result, or reports a problem of the section and returns empty if its values do not fit together. */
    <T> Optional<T> attempt(Supplier<T> making) {
        return problems().attempt(where(), making);
    }

    /** Returns the result, or reports a problem of a setting and returns empty if its value cannot be used. */
    <T> Optional<T> attempt(Setting<?> setting, Supplier<T> making) {
        return problems().attempt(where(setting), making);
    }

    /** Returns the value that was found, even if it cannot be used. */
    @SuppressWarnings("unchecked") // Section.read stores under each setting a value of its type.
    <T> Optional<ParsedValue<T>> parsed(Setting<T> setting) {
        return Optional.ofNullable((ParsedValue<T>) parsed.get(setting));
    }

    /** Returns whether every value that was found can be used, in inner sections too. */
    boolean isUsable() {
        return section.settings().stream().allMatch(this::isUsable);
    }

    /** Returns what is read from the section, if it has no problem. */
    <T> Optional<T> ifUsable(Function<SectionValues, Optional<T>> reader) {
        int problemsBefore = problems().count();
        return reader.apply(this).filter(read -> problems().count() == problemsBefore && isUsable());
    }

    /** Returns whether a value can be used if it was found. */
    boolean isUsable(Setting<?> setting) {
        return parsed(setting)
                .map(found -> found.value().filter(SectionValues::isUsableValue).isPresent())
                .orElse(true);
    }

    private static boolean isUsableValue(Object value) {
        if (value instanceof SectionValues inner) {
            return inner.isUsable();
        }
        if (value instanceof Map<?, ?> named) {
            return named.values().stream().allMatch(SectionValues::isUsableValue);
        }
        return !(value instanceof List<?> list) || list.stream().allMatch(SectionValues::isUsableValue);
    }

    /** Returns whether the setting has another value than its default, even if it cannot be used. */
    boolean isSet(Setting<?> setting) {
        return parsed.containsKey(setting) && !parsed.get(setting).origin().isDefault();
    }

    boolean isAnySet(Setting<?>... settings) {
        return Stream.of(settings).anyMatch(this::isSet);
    }

    /** Returns whether the section is there, or something in it was found other than a default. */
    boolean isAnythingSet() {
        return origin.isPresent() || section.settings().stream().anyMatch(this::isAnythingSet);
    }

    private boolean isAnythingSet(Setting<?> setting) {
        return isSet(setting)
                || get(setting)
                        .filter(value -> value instanceof SectionValues inner && inner.isAnythingSet())
                        .isPresent();
    }

    /** Returns the values, or empty if a required setting has none that can be used; reports a missing one. */
    Optional<SectionValues> require(Setting<?>... settings) {
        for (Setting<?> setting : settings) {
            if (!parsed.containsKey(setting)) {
                problems().add(context.whereMissing(setting) + " is missing:", setting.description());
            }
        }
        return Optional.of(this).filter(values -> Stream.of(settings).allMatch(s -> get(s).isPresent()));
    }

    /** Returns the text that a value was read from. */
    Optional<String> shownText(Setting<?> setting) {
        return parsed(setting)
                .flatMap(ParsedValue::shown)
                .filter(YamlValue.Scalar.class::isInstance)
                .map(shown -> ((YamlValue.Scalar) shown).text());
    }

    /** Returns a variable that is no setting of the section. */
    Optional<String> variable(String name) {
        return context.environment().setting(name);
    }

    /** Reports each of the names that a setting gives to something that does not exist, such as a key. */
    void requireKnown(Setting<?> setting, String what, Iterable<String> names, Set<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                String suggestion = Problems.suggestion(name, known);
                report(setting, "names a " + what + " that is not among those set" + suggestion);
            }
        }
    }

    /** Reports a problem if more than one of alternative settings is set. */
    void atMostOne(String what, Setting<?>... settings) {
        List<String> set =
                Stream.of(settings).filter(this::isSet).map(this::where).toList();
        if (set.size() > 1) {
            context.report(
                    String.join(" and ", set), (set.size() == 2 ? "both " : "all ") + what + "; set one of them");
        }
    }

    @Override
    public String toString() {
        return "SectionValues[" + context.path() + "]";
    }
}
