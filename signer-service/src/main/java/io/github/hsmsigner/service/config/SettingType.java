package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.config.RawValue.Origin;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The type of a setting, which parses its value. A {@link ValueType} parses one text, and a {@link SecretType} a
 * secret. Immutable.
 */
interface SettingType<T> {

    /** Parses a value and reports problems. */
    ParsedValue<T> parse(RawValue raw, ReadContext context);

    /** Returns the value of a setting that is missing and has no default. */
    default Optional<ParsedValue<T>> absent(ReadContext context) {
        return Optional.empty();
    }

    /** Returns the value of an environment variable. */
    default Optional<RawValue> inVariable(String name, ReadContext context) {
        return context.environment().setting(name).map(text -> RawValue.inVariable(name, YamlValue.Scalar.of(text)));
    }

    /** Returns all names of variables that a variable's name stands for. */
    default List<String> variables(String name) {
        return List.of(name);
    }

    /** Returns the description of the expected value in the reference. */
    String expected();

    /** Returns the settings within the value. */
    default Optional<Section> inner() {
        return Optional.empty();
    }

    /** Several texts: a sequence, or one text that is split. */
    record ListOf<T>(ValueType<T> type, Pattern separator) implements SettingType<List<T>> {

        private static final Pattern COLON = Pattern.compile(":");
        private static final Pattern SPACE_OR_COMMA = Pattern.compile("[\\s,]+");

        ListOf(ValueType<T> type) {
            this(type, SPACE_OR_COMMA);
        }

        static <T> ListOf<T> separatedByColons(ValueType<T> type) {
            return new ListOf<>(type, COLON);
        }

        @Override
        public ParsedValue<List<T>> parse(RawValue raw, ReadContext context) {
            List<T> values = new ArrayList<>();
            List<YamlValue> shown = new ArrayList<>();
            boolean usable = true;
            for (RawValue part : parts(raw, context)) {
                ParsedValue<T> parsed = type.parse(part, context);
                usable &= parsed.value().isPresent();
                parsed.value().ifPresent(values::add);
                parsed.shown().ifPresent(shown::add);
            }
            return usable
                    ? ParsedValue.of(List.copyOf(values), raw, new YamlValue.Items(shown, 0))
                    : ParsedValue.unusable(raw);
        }

        private List<RawValue> parts(RawValue raw, ReadContext context) {
            if (raw.value() instanceof YamlValue.Items items) {
                List<RawValue> parts = new ArrayList<>();
                items.values().forEach(item -> parts.add(RawValue.inFile(context.path(), item)));
                return parts;
            }
            Optional<String> text = Interpolation.text(raw, context, expected());
            if (text.isEmpty()) {
                return List.of(raw);
            }
            return separator
                    .splitAsStream(text.get())
                    .filter(part -> !part.isEmpty())
                    .map(part -> new RawValue(YamlValue.Scalar.of(part), raw.origin(), raw.where()))
                    .toList();
        }

        @Override
        public String expected() {
            return "list, each " + type.expected();
        }
    }

    /** Texts by texts of the operator's choice. */
    record OfTexts() implements SettingType<Map<String, String>> {

        private static final ValueType<String> TEXT = ValueType.text("a text");

        @Override
        public ParsedValue<Map<String, String>> parse(RawValue raw, ReadContext context) {
            Optional<YamlValue.Fields> fields = raw.fields(context.problems());
            if (fields.isEmpty()) {
                return ParsedValue.unusable(raw);
            }
            Map<String, String> texts = new LinkedHashMap<>();
            Map<String, YamlValue> shown = new LinkedHashMap<>();
            fields.get().values().forEach((name, value) -> {
                ParsedValue<String> parsed = TEXT.parse(RawValue.inFile(context.pathOf(name), value), context);
                parsed.value().ifPresent(text -> texts.put(name, text));
                parsed.shown().ifPresent(text -> shown.put(name, text));
            });
            return ParsedValue.of(texts, raw, new YamlValue.Fields(shown, 0));
        }

        @Override
        public String expected() {
            return "texts by texts";
        }
    }

    /**
     * Further settings.
     *
     * @param optional whether the service has what they are about only if one of them is set
     * @param shortForm a setting whose name alone may stand for the section, as a short form of {@code name: true}
     */
    record OfSection(Section section, boolean optional, Optional<Setting<Boolean>> shortForm)
            implements SettingType<SectionValues> {

        static OfSection required(Section section) {
            return new OfSection(section, false, Optional.empty());
        }

        static OfSection optional(Section section) {
            return new OfSection(section, true, Optional.empty());
        }

        @Override
        public ParsedValue<SectionValues> parse(RawValue raw, ReadContext context) {
            RawValue whole = raw;
            if (shortForm.isPresent() && raw.value() instanceof YamlValue.Scalar scalar) {
                String name = shortForm.get().name();
                YamlValue truth = new YamlValue.Scalar("true", scalar.line(), true);
                whole = scalar.text().equals(name) ? raw.with(YamlValue.Fields.of(name, truth)) : raw;
            }
            return ParsedValue.of(section.read(whole, context), raw, YamlValue.Fields.none());
        }

        @Override
        public Optional<ParsedValue<SectionValues>> absent(ReadContext context) {
            return Optional.of(ParsedValue.byDefault(section.readVariables(Optional.empty(), context), context));
        }

        @Override
        public Optional<Section> inner() {
            return Optional.of(section);
        }

        @Override
        public String expected() {
            return "settings";
        }
    }

    /** Settings once for each element of a sequence. */
    record OfList(Section section) implements SettingType<List<SectionValues>> {

        @Override
        public ParsedValue<List<SectionValues>> parse(RawValue raw, ReadContext context) {
            if (!(raw.value() instanceof YamlValue.Items items)) {
                context.report(raw.where(), "must be a list, each element with a hyphen before it");
                return ParsedValue.unusable(raw);
            }
            List<SectionValues> elements = new ArrayList<>();
            for (YamlValue item : items.values()) {
                ReadContext at = context.at(context.path() + "[" + elements.size() + "]", false);
                elements.add(section.read(RawValue.inFile(at.path(), item), at));
            }
            return ParsedValue.of(elements, raw, items);
        }

        @Override
        public Optional<Section> inner() {
            return Optional.of(section);
        }

        @Override
        public String expected() {
            return "list of settings";
        }
    }

    /**
     * Settings once for each name of the operator's choice. Variables of the environment apply to the only one of them,
     * and can define it.
     *
     * @param defining whether a variable defines a section
     * @param nameFromEnvironment names the section that variables define
     */
    record OfNames(
            Section section,
            ValueType<String> names,
            Predicate<String> defining,
            Function<SectionValues, String> nameFromEnvironment)
            implements SettingType<Map<String, SectionValues>> {

        @Override
        public ParsedValue<Map<String, SectionValues>> parse(RawValue raw, ReadContext context) {
            YamlValue.Fields fields = raw.fields(context.problems()).orElseGet(YamlValue.Fields::none);
            Map<String, SectionValues> values = new LinkedHashMap<>();
            boolean only = fields.values().size() < 2;
            fields.values().forEach((name, value) -> {
                ReadContext at = context.at(context.pathOf(name), context.variables() && only);
                names.parse(name, "The name in line " + value.line(), context.problems());
                values.put(name, section.read(RawValue.inFile(at.path(), value), at));
            });
            if (!only) {
                findAmbiguous(context);
            }
            return ParsedValue.of(values.isEmpty() ? ofEnvironment(context) : values, raw, fields);
        }

        @Override
        public Optional<ParsedValue<Map<String, SectionValues>>> absent(ReadContext context) {
            return Optional.of(ParsedValue.byDefault(ofEnvironment(context), context));
        }

        private Map<String, SectionValues> ofEnvironment(ReadContext context) {
            Map<String, SectionValues> values = new LinkedHashMap<>();
            ServiceSettings.variables().stream()
                    .filter(name -> context.variables() && defining.test(name) && context.isSet(name))
                    .findFirst()
                    .map(name -> section.readVariables(Optional.of(Origin.variable(name)), context))
                    .ifPresent(made -> values.put(nameFromEnvironment.apply(made), made));
            return values;
        }

        /** Reports variables that work only with a single section. */
        private void findAmbiguous(ReadContext context) {
            String single = context.path().replaceFirst("s$", "");
            section.settings()
                    .forEach(setting -> setting.variables().stream()
                            .filter(name -> context.isSet(name)
                                    && !context.environment().isReferredTo(name))
                            .forEach(name -> context.report(
                                    name,
                                    "works only with a single " + single
                                            + ", but the file defines several. Set " + setting.name()
                                            + " under " + context.path() + ".NAME")));
        }

        @Override
        public Optional<Section> inner() {
            return Optional.of(section);
        }

        @Override
        public String expected() {
            return "settings by name";
        }
    }
}
