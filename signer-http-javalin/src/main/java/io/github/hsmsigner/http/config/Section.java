package io.github.hsmsigner.http.config;

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
        Optional<Given> given = place.variable(setting)
                .or(() -> Optional.ofNullable(fields.values().get(setting.name()))
                        .map(value -> Given.inFile(path, value)))
                .or(() -> setting.byDefault().map(text -> Given.byDefault(path, text)));
        return setting.shape().read(given, place.child(setting.name()));
    }

    private void findUnknown(YamlValue.Fields fields, Place place) {
        List<String> known = settings.stream().map(Setting::name).toList();
        fields.values().forEach((name, value) -> {
            if (!known.contains(name)) {
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
