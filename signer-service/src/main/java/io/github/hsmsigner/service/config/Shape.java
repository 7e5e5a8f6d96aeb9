package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.secret.SecretReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The form of a setting's value, and its reader. Immutable.
 *
 * @param <T> the type of the value
 */
sealed interface Shape<T> {

    /** Reads the given value. Empty if none is given and the shape makes no value of nothing. */
    Optional<Found<T>> read(Optional<Given> given, Place place);

    /** Returns the value of an environment variable. */
    default Optional<Given> inVariable(String name, Place.Context context) {
        return context.environment().setting(name).map(text -> Given.inVariable(name, YamlValue.Scalar.of(text)));
    }

    /** Returns all names of variables that a variable's name stands for. */
    default List<String> variables(String name) {
        return List.of(name);
    }

    /** Returns the description of the expected value in the reference. */
    String expected();

    /** One text. */
    record Single<T>(ValueType<T> type) implements Shape<T> {

        @Override
        public Optional<Found<T>> read(Optional<Given> given, Place place) {
            return given.map(g -> {
                Optional<String> text = Texts.of(g, place.context(), type.expected());
                return text.flatMap(t -> Texts.read(t, type, g.where(), place.problems()))
                        .map(value -> Found.of(value, g, YamlValue.Scalar.of(text.get())))
                        .orElseGet(() -> Found.unusable(g));
            });
        }

        @Override
        public String expected() {
            return type.expected();
        }
    }

    /** One text that may contain a secret, so that the effective configuration does not show it. */
    record Masked<T>(ValueType<T> type) implements Shape<T> {

        @Override
        public Optional<Found<T>> read(Optional<Given> given, Place place) {
            return new Single<>(type).read(given, place).map(Found::masked);
        }

        @Override
        public String expected() {
            return type.expected();
        }
    }

    /** Several texts: a sequence, or one text that is split. */
    record Several<T>(ValueType<T> type, Pattern separator) implements Shape<List<T>> {

        static final Pattern COLON = Pattern.compile(":");
        static final Pattern SPACE_OR_COMMA = Pattern.compile("[\\s,]+");

        @Override
        public Optional<Found<List<T>>> read(Optional<Given> given, Place place) {
            return given.map(g -> {
                List<T> values = new ArrayList<>();
                List<YamlValue> shown = new ArrayList<>();
                boolean usable = true;
                for (Given part : parts(g, place)) {
                    Optional<String> text = Texts.of(part, place.context(), type.expected());
                    Optional<T> value = text.flatMap(t -> Texts.read(t, type, part.where(), place.problems()));
                    usable &= value.isPresent();
                    value.ifPresent(values::add);
                    text.map(YamlValue.Scalar::of).ifPresent(shown::add);
                }
                return usable ? Found.of(values, g, new YamlValue.Items(shown, 0)) : Found.unusable(g);
            });
        }

        private List<Given> parts(Given given, Place place) {
            if (given.value() instanceof YamlValue.Items items) {
                List<Given> parts = new ArrayList<>();
                for (YamlValue item : items.values()) {
                    parts.add(Given.inFile(place.path(), item));
                }
                return parts;
            }
            Optional<String> text = Texts.of(given, place.context(), expected());
            if (text.isEmpty()) {
                return List.of(given);
            }
            return separator
                    .splitAsStream(text.get())
                    .filter(part -> !part.isEmpty())
                    .map(part -> new Given(YamlValue.Scalar.of(part), given.origin(), given.where()))
                    .toList();
        }

        @Override
        public String expected() {
            return "list, each " + type.expected();
        }
    }

    /** A secret: itself, or where it is. */
    record OfSecret() implements Shape<SecretReference> {

        @Override
        public Optional<Found<SecretReference>> read(Optional<Given> given, Place place) {
            return given.map(g -> SecretForm.read(g, place.context(), false)
                    .map(form -> Found.of(form.reference(), g, form.shown()))
                    .orElseGet(() -> Found.unusable(g)));
        }

        @Override
        public Optional<Given> inVariable(String name, Place.Context context) {
            return SecretForm.inVariables(name, context);
        }

        @Override
        public List<String> variables(String name) {
            return SecretForm.variables(name);
        }

        @Override
        public String expected() {
            return "a secret";
        }
    }

    /** The PIN of a token: as a secret, or from a command. */
    record OfPin() implements Shape<SecretForm> {

        @Override
        public Optional<Found<SecretForm>> read(Optional<Given> given, Place place) {
            return given.map(g -> SecretForm.read(g, place.context(), true)
                    .map(form -> Found.of(form, g, form.shown()))
                    .orElseGet(() -> Found.unusable(g)));
        }

        @Override
        public Optional<Given> inVariable(String name, Place.Context context) {
            return SecretForm.inVariables(name, context);
        }

        @Override
        public List<String> variables(String name) {
            return SecretForm.variables(name);
        }

        @Override
        public String expected() {
            return "a secret, or a command that prints it";
        }
    }

    /** Texts by texts of the operator's choice. */
    record OfTexts() implements Shape<Map<String, String>> {

        @Override
        public Optional<Found<Map<String, String>>> read(Optional<Given> given, Place place) {
            return given.map(g -> {
                Optional<YamlValue.Fields> fields = Texts.fields(g, place.problems());
                if (fields.isEmpty()) {
                    return Found.unusable(g);
                }
                Map<String, String> texts = new LinkedHashMap<>();
                Map<String, YamlValue> shown = new LinkedHashMap<>();
                fields.get()
                        .values()
                        .forEach((name, value) -> Texts.of(
                                        Given.inFile(place.pathOf(name), value), place.context(), "a text")
                                .ifPresent(text -> {
                                    texts.put(name, text);
                                    shown.put(name, YamlValue.Scalar.of(text));
                                }));
                return Found.of(texts, g, new YamlValue.Fields(shown, 0));
            });
        }

        @Override
        public String expected() {
            return "texts by texts";
        }
    }

    /**
     * Further settings.
     *
     * @param section the settings
     * @param optional whether the service has what they are about only if one of them is set
     * @param shorthand the setting of which the name alone may stand for the section, as a short form of
     *     {@code name: true}
     */
    record OfSection(Section section, boolean optional, Optional<Setting<Boolean>> shorthand)
            implements Shape<SectionValues> {

        OfSection(Section section, boolean optional) {
            this(section, optional, Optional.empty());
        }

        @Override
        public Optional<Found<SectionValues>> read(Optional<Given> given, Place place) {
            YamlValue.Fields fields = given.flatMap(g -> shortened(g).or(() -> Texts.fields(g, place.problems())))
                    .orElseGet(YamlValue.Fields::none);
            Given whole = given.orElseGet(() -> Given.byDefault(place.path(), ""));
            SectionValues values = section.read(fields, given.map(Given::origin), place);
            return Optional.of(Found.of(values, whole, fields));
        }

        private Optional<YamlValue.Fields> shortened(Given given) {
            return shorthand
                    .map(Setting::name)
                    .filter(name -> given.value() instanceof YamlValue.Scalar scalar
                            && scalar.text().equals(name))
                    .map(name -> YamlValue.Fields.of(
                            name, new YamlValue.Scalar("true", given.value().line(), true)));
        }

        @Override
        public String expected() {
            return "settings";
        }
    }

    /** Settings once for each element of a sequence. */
    record OfList(Section section) implements Shape<List<SectionValues>> {

        @Override
        public Optional<Found<List<SectionValues>>> read(Optional<Given> given, Place place) {
            return given.map(g -> {
                if (!(g.value() instanceof YamlValue.Items items)) {
                    place.problems().add(g.where(), "must be a list, each element with a hyphen before it");
                    return Found.unusable(g);
                }
                List<SectionValues> elements = new ArrayList<>();
                for (YamlValue item : items.values()) {
                    Place at = new Place(place.path() + "[" + elements.size() + "]", false, place.context());
                    Given element = Given.inFile(at.path(), item);
                    YamlValue.Fields fields =
                            Texts.fields(element, place.problems()).orElseGet(YamlValue.Fields::none);
                    elements.add(section.read(fields, Optional.of(element.origin()), at));
                }
                return Found.of(elements, g, items);
            });
        }

        @Override
        public String expected() {
            return "list of settings";
        }
    }

    /**
     * Settings once for each name of the operator's choice. The environment is about the only one that there is, and
     * may make it.
     *
     * @param section the settings
     * @param names what a name must be
     * @param nameFromEnvironment the name of what the environment makes
     * @param making whether a variable, if it is set, makes one
     */
    record OfNames(
            Section section,
            ValueType<String> names,
            Function<SectionValues, String> nameFromEnvironment,
            Predicate<String> making)
            implements Shape<Map<String, SectionValues>> {

        @Override
        public Optional<Found<Map<String, SectionValues>>> read(Optional<Given> given, Place place) {
            Given whole = given.orElseGet(() -> Given.byDefault(place.path(), ""));
            YamlValue.Fields fields =
                    given.flatMap(g -> Texts.fields(g, place.problems())).orElseGet(YamlValue.Fields::none);
            Map<String, SectionValues> values = new LinkedHashMap<>();
            boolean only = fields.values().size() < 2;
            fields.values().forEach((name, value) -> {
                Place at = place.child(name).withVariables(place.variables() && only);
                Given element = Given.inFile(at.path(), value);
                YamlValue.Fields settings =
                        Texts.fields(element, place.problems()).orElseGet(YamlValue.Fields::none);
                Texts.read(name, names, "The name in line " + value.line(), place.problems());
                values.put(name, section.read(settings, Optional.of(element.origin()), at));
            });
            Optional<String> maker = maker(place.context());
            if (place.variables() && values.isEmpty() && maker.isPresent()) {
                Origin origin = new Origin.Variable(maker.get());
                SectionValues made = section.read(YamlValue.Fields.none(), Optional.of(origin), place);
                values.put(nameFromEnvironment.apply(made), made);
            }
            if (!only) {
                findAmbiguous(place);
            }
            return Optional.of(Found.of(values, whole, fields));
        }

        private Optional<String> maker(Place.Context context) {
            return SettingsTable.variables().stream()
                    .filter(making)
                    .filter(name -> context.environment().setting(name).isPresent())
                    .findFirst();
        }

        /** Variables that are about the only one, when there are several. */
        private void findAmbiguous(Place place) {
            section.settings().stream()
                    .flatMap(setting -> setting.variables().stream())
                    .filter(name -> place.context().environment().setting(name).isPresent())
                    .filter(name -> !place.context().environment().isReferredTo(name))
                    .forEach(name -> place.problems()
                            .add(
                                    name,
                                    "is about the only one of " + place.path()
                                            + ", but the file has several; set it there"));
        }

        @Override
        public String expected() {
            return "settings by name";
        }
    }
}
