package io.github.hsmsigner.service.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The values of a section. */
final class SectionValues {

    private final Section section;
    private final Place place;
    private final Optional<Origin> origin;
    private final Map<Setting<?>, Found<?>> found;

    SectionValues(Section section, Place place, Optional<Origin> origin, Map<Setting<?>, Found<?>> found) {
        this.section = section;
        this.place = place;
        this.origin = origin;
        this.found = found;
    }

    Section section() {
        return section;
    }

    /** Where the section is from; empty if it is not there, and holds defaults and variables alone. */
    Optional<Origin> origin() {
        return origin;
    }

    /** Returns the name of the section in problems. */
    String where() {
        return place.path()
                + origin.filter(Origin.Line.class::isInstance)
                        .map(line -> " (" + line.text() + ")")
                        .orElse("");
    }

    Problems problems() {
        return place.problems();
    }

    /** Returns the value, or empty if it is not set or cannot be used. */
    <T> Optional<T> get(Setting<T> setting) {
        return found(setting).flatMap(Found::value);
    }

    /** Returns the value of a setting with a default, which stands in for a value that cannot be used. */
    <T> T or(Setting<T> setting) {
        return get(setting)
                .orElseGet(() -> setting.shape()
                        .read(
                                setting.byDefault().map(text -> Given.byDefault(setting.name(), text)),
                                place.child(setting.name()))
                        .flatMap(Found::value)
                        .orElseThrow());
    }

    /** Returns the value that was found, even if it cannot be used. */
    @SuppressWarnings("unchecked") // Section.read stores under each setting a value of its type.
    <T> Optional<Found<T>> found(Setting<T> setting) {
        return Optional.ofNullable((Found<T>) found.get(setting));
    }

    /** Returns whether every value that was found can be used, in inner sections too. */
    boolean isUsable() {
        return section.settings().stream().allMatch(this::isUsable);
    }

    /** Returns whether a value can be used if it was found. */
    boolean isUsable(Setting<?> setting) {
        return found(setting)
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

    /** Returns whether something other than a default was found, also if it cannot be used. */
    boolean isSet(Setting<?> setting) {
        return found(setting)
                .map(Found::origin)
                .filter(o -> !(o instanceof Origin.ByDefault))
                .isPresent();
    }

    boolean isSet(Setting<?>... settings) {
        return Stream.of(settings).anyMatch(setting -> isSet(setting));
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

    /** Returns the value of a required setting; reports a problem if it is missing. */
    <T> Optional<T> require(Setting<T> setting) {
        if (found(setting).isEmpty()) {
            problems().add(place.whereMissing(setting) + " is missing:", setting.meaning());
        }
        return get(setting);
    }

    /** Returns the name of a setting in problems. */
    String where(Setting<?> setting) {
        return found(setting).map(Found::where).orElseGet(() -> place.whereMissing(setting));
    }

    /** Returns the text that a value was read from. */
    Optional<String> shownText(Setting<?> setting) {
        return found(setting)
                .flatMap(Found::shown)
                .filter(YamlValue.Scalar.class::isInstance)
                .map(shown -> ((YamlValue.Scalar) shown).text());
    }

    /** Returns a variable that is no setting of the section. */
    Optional<String> variable(String name) {
        return place.context().environment().setting(name);
    }

    /** Reports a setting that names a key that does not exist. */
    void checkKey(Setting<?> setting, String name, Set<String> keyNames) {
        if (!keyNames.contains(name)) {
            problems()
                    .add(where(setting), "names a key that is not among those set" + NearestName.hint(name, keyNames));
        }
    }

    /** Reports a problem if more than one of alternative settings is set. */
    void atMostOne(String what, Setting<?>... settings) {
        List<String> set =
                Stream.of(settings).filter(s -> isSet(s)).map(this::where).toList();
        if (set.size() > 1) {
            problems()
                    .add(String.join(" and ", set), (set.size() == 2 ? "both " : "all ") + what + "; set one of them");
        }
    }

    @Override
    public String toString() {
        return "SectionValues[" + place.path() + "]";
    }
}
