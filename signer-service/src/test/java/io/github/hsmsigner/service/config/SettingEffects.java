package io.github.hsmsigner.service.config;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** All settings, and the tests that show their effects. */
public final class SettingEffects {

    private static final String PACKAGE = "io.github.hsmsigner.service";

    private SettingEffects() {}

    /** Returns the names of all settings: those in the file as docs/reference/configuration.md names them, and variables outside the file. */
    public static List<String> settings() {
        List<String> names = new ArrayList<>();
        addSettings(ServiceSettings.ROOT, "", names);
        ServiceSettings.VARIABLES_ONLY.keySet().stream().sorted().forEach(names::add);
        return names;
    }

    private static void addSettings(Section section, String above, List<String> names) {
        for (Setting<?> setting : section.settings()) {
            String name = above + setting.name();
            setting.type()
                    .inner()
                    .ifPresentOrElse(
                            inner -> addSettings(inner, name + suffix(setting.type()) + ".", names),
                            () -> names.add(name));
        }
    }

    /** Returns what follows the name of a setting in the names of the settings within it. */
    static String suffix(SettingType<?> type) {
        if (type instanceof SettingType.OfNames) {
            return ".NAME";
        }
        return type instanceof SettingType.OfList ? "[]" : "";
    }

    /** Returns the marked tests by the names of settings. */
    public static Map<String, List<Method>> tests() {
        return methods().stream()
                .flatMap(method -> Arrays.stream(
                                method.getAnnotation(ShowsEffectOf.class).value())
                        .map(name -> Map.entry(name, method)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private static List<Method> methods() {
        Predicate<Class<?>> all = type -> true;
        return ReflectionSupport.findAllClassesInPackage(PACKAGE, all, name -> name.endsWith("Test")).stream()
                .flatMap(type ->
                        AnnotationSupport.findAnnotatedMethods(
                                type, ShowsEffectOf.class, HierarchyTraversalMode.TOP_DOWN)
                                .stream())
                .toList();
    }
}
