package io.github.hsmsigner.service.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that belong together: a part of the table. Immutable.
 *
 * @param settings the settings, in the order of the documentation
 */
record Section(List<Setting<?>> settings) {

    static Section of(Setting<?>... settings) {
        return new Section(List.of(settings));
    }

    /** Reads all settings, from the environment before the file. */
    SectionValues read(YamlValue.Fields fields, Optional<Origin> origin, Place place) {
        findUnknown(fields, place);
        Map<Setting<?>, Found<?>> found = new HashMap<>();
        for (Setting<?> setting : settings) {
            read(setting, fields, place).ifPresent(value -> found.put(setting, value));
        }
        return new SectionValues(this, place, origin, found);
    }

    private static <T> Optional<Found<T>> read(Setting<T> setting, YamlValue.Fields fields, Place place) {
        String path = place.pathOf(setting.name());
        Optional<Given> variable = withoutOldName(
                place.variable(setting, setting.variable()),
                place.variable(setting, setting.oldVariable()),
                setting.variable().orElse(setting.name()),
                place);
        Optional<Given> inFile = withoutOldName(
                inFile(Optional.of(setting.name()), fields, place),
                inFile(setting.oldName(), fields, place),
                setting.name(),
                place);
        Optional<Given> given =
                variable.or(() -> inFile).or(() -> setting.byDefault().map(text -> Given.byDefault(path, text)));
        return setting.shape().read(given, place.child(setting.name()));
    }

    private static Optional<Given> inFile(Optional<String> name, YamlValue.Fields fields, Place place) {
        return name.flatMap(each ->
                Optional.ofNullable(fields.values().get(each)).map(value -> Given.inFile(place.pathOf(each), value)));
    }

    /** Returns the value under either name of a setting. The old name causes a warning, and both names are an error. */
    private static Optional<Given> withoutOldName(
            Optional<Given> given, Optional<Given> underOldName, String name, Place place) {
        if (underOldName.isEmpty()) {
            return given;
        }
        String old = underOldName.get().where();
        if (given.isPresent()) {
            place.problems()
                    .add(
                            old + " and " + given.get().where(),
                            "are the old and the new name of one setting; set the new");
            return given;
        }
        place.problems()
                .warn(old + " is an old name of " + name + ". It works in this version only. Use " + name
                        + " instead.");
        return underOldName;
    }

    private void findUnknown(YamlValue.Fields fields, Place place) {
        List<String> known = settings.stream().map(Setting::name).toList();
        List<String> old =
                settings.stream().flatMap(setting -> setting.oldName().stream()).toList();
        fields.values().forEach((name, value) -> {
            if (!known.contains(name) && !old.contains(name)) {
                boolean showable = NearestName.isShowable(name);
                place.problems()
                        .add(
                                (showable ? place.pathOf(name) : "A name in " + inWords(place)) + " (line "
                                        + value.line() + ")",
                                "is not a setting" + (showable ? hint(name, known) : ""));
            }
        });
    }

    private static String hint(String name, List<String> known) {
        String nearest = NearestName.hint(name, known);
        return nearest.isEmpty() ? "; there are " + String.join(", ", known) : nearest;
    }

    private static String inWords(Place place) {
        return place.path().isEmpty() ? "the file" : place.path();
    }
}
