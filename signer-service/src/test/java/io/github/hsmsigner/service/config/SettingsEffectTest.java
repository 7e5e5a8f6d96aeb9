package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Each setting has a test that fails if the service ignores the setting. */
class SettingsEffectTest {

    private static final Map<String, List<Method>> TESTS = SettingEffects.tests();

    @Test
    void eachSettingHasATestThatShowsItsEffect() {
        List<String> without = new ArrayList<>(SettingEffects.settings());
        without.removeAll(TESTS.keySet());
        assertThat(without)
                .as("""
                        settings without a test that shows their effect.
                        Write a test that starts the service from settings that contain this one, and that fails if the service \
                        ignores the value: see the classes *SettingsEffectTest in io.github.hsmsigner.service.lifecycle.
                        Annotate the test method with @ShowsEffectOf("%s"). An existing test will do if it reads the setting with \
                        SettingsReader.
                        Then run scripts/check-settings with the name of the setting: it ignores the value and demands that the \
                        test fails""".formatted(without.isEmpty() ? "name" : without.get(0)))
                .isEmpty();
    }

    @Test
    void eachNameInAnAnnotationIsASetting() {
        assertThat(SettingEffects.settings())
                .as("settings; names in @ShowsEffectOf are those of docs/reference/configuration.md, such as"
                        + " tokens.NAME.recovery.drain-limit or access.policies[].jwt.issuer")
                .containsAll(TESTS.keySet());
    }

    @Test
    void eachAnnotatedMethodIsATestThatRuns() {
        assertThat(TESTS.values().stream().flatMap(List::stream).distinct())
                .as("methods with @ShowsEffectOf")
                .isNotEmpty()
                .allSatisfy(method -> assertThat(AnnotationSupport.isAnnotated(method, Testable.class))
                        .as("%s is a test", method)
                        .isTrue())
                .allSatisfy(method -> assertThat(AnnotationSupport.isAnnotated(method, Disabled.class)
                                || AnnotationSupport.isAnnotated(method.getDeclaringClass(), Disabled.class))
                        .as("%s is disabled", method)
                        .isFalse());
    }
}
