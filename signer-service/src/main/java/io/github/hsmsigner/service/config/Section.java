package io.github.hsmsigner.service.config;

import static java.util.Optional.ofNullable;

import io.github.hsmsigner.service.config.RawValue.Origin;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that belong together, in the order of the documentation. They are defined while the class of the section is
 * initialised, and do not change afterwards.
 */
final class Section {

    private final List<Setting<?>> settings = new ArrayList<>();

    /** Adds a setting. The description is a phrase without a full stop. */
    <T> Setting<T> define(Setting<T> setting, String description) {
        return add(setting.description(description));
    }

    <T> Setting<T> add(Setting<T> setting) {
        settings.add(setting);
        return setting;
    }

    List<Setting<?>> settings() {
        return Collections.unmodifiableList(settings);
    }

    /** Reads all settings, with defaults if the value has no fields, which is reported. */
    SectionValues read(RawValue raw, ReadContext context) {
        YamlValue.Fields fields = raw.fields(context.problems()).orElseGet(YamlValue.Fields::none);
        return read(fields, Optional.of(raw.origin()), context);
    }

    /** Reads all settings from variables and defaults alone. */
    SectionValues readVariables(Optional<Origin> origin, ReadContext context) {
        return read(YamlValue.Fields.none(), origin, context);
    }

    /** Reads all settings, from the environment before the file. The origin is empty if the section is in neither. */
    SectionValues read(YamlValue.Fields fields, Optional<Origin> origin, ReadContext context) {
        findUnknown(fields, context);
        Map<Setting<?>, ParsedValue<?>> parsed = new IdentityHashMap<>();
        for (Setting<?> setting : settings) {
            parse(setting, fields, context).ifPresent(value -> parsed.put(setting, value));
        }
        return new SectionValues(this, context, origin, parsed);
    }

    private static <T> Optional<ParsedValue<T>> parse(
            Setting<T> setting, YamlValue.Fields fields, ReadContext context) {
        String path = context.pathOf(setting.name());
        Optional<RawValue> variable = newest(
                context.variable(setting, setting.variable()),
                context.variable(setting, setting.oldVariable()),
                setting.variable().orElse(setting.name()),
                context);
        Optional<RawValue> inFile = newest(
                inFile(Optional.of(setting.name()), fields, context),
                inFile(setting.oldName(), fields, context),
                setting.name(),
                context);
        Optional<RawValue> raw = variable.or(() -> inFile).or(() -> setting.rawDefault(path));
        ReadContext at = context.child(setting.name());
        return raw.isPresent()
                ? Optional.of(setting.type().parse(raw.get(), at))
                : setting.type().absent(at);
    }

    private static Optional<RawValue> inFile(Optional<String> name, YamlValue.Fields fields, ReadContext context) {
        return name.flatMap(
                each -> ofNullable(fields.values().get(each)).map(v -> RawValue.inFile(context.pathOf(each), v)));
    }

    /** Returns the value under either name of a setting. The old name causes a warning, and both names are an error. */
    private static Optional<RawValue> newest(
            Optional<RawValue> value, Optional<RawValue> underOldName, String name, ReadContext context) {
        if (underOldName.isEmpty()) {
            return value;
        }
        String old = underOldName.get().where();
        if (value.isPresent()) {
            context.report(
                    old + " and " + value.get().where(), "are the old and the new name of one setting; set the new");
            return value;
        }
        context.problems()
                .warn(old + " is an old name of " + name + ". It works in this version only. Use " + name
                        + " instead.");
        return underOldName;
    }

    private void findUnknown(YamlValue.Fields fields, ReadContext context) {
        List<String> known = settings.stream().map(Setting::name).toList();
        List<String> old =
                settings.stream().flatMap(each -> each.oldName().stream()).toList();
        fields.values().forEach((name, value) -> {
            if (!known.contains(name) && !old.contains(name)) {
                boolean showable = Problems.isShowable(name);
                String section = context.path().isEmpty() ? "the file" : context.path();
                String where = showable ? context.pathOf(name) : "A name in " + section;
                String suggestion = Problems.suggestion(name, known);
                String names = suggestion.isEmpty() ? "; there are " + String.join(", ", known) : suggestion;
                context.report(where + " (line " + value.line() + ")", "is not a setting" + (showable ? names : ""));
            }
        });
    }
}
