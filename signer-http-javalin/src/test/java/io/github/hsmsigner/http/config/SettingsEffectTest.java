package io.github.hsmsigner.http.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Each setting has a test that fails if the service ignores the setting. */
class SettingsEffectTest {

    private static final Map<String, List<Method>> TESTS = SettingEffects.tests();

    /** Settings whose tests are still being written. Never add a name; this list goes once it is empty. */
    private static final Set<String> NOT_YET = Set.of(
            "pin: {file: /run/secrets/pin}",
            "pin: {env: NAME}",
            "pin: {command: [/usr/local/bin/pin, production], timeout: 10s}",
            "SIGNING_KEY_NAME",
            "SIGNING_SERVICE_CONFIG",
            "log.level",
            "log.format",
            "tokens.NAME.module",
            "tokens.NAME.pin",
            "tokens.NAME.label",
            "tokens.NAME.slot-id",
            "tokens.NAME.serial",
            "tokens.NAME.uri",
            "tokens.NAME.max-sessions",
            "tokens.NAME.sessions-opened-at-once",
            "tokens.NAME.session-keep-alive",
            "tokens.NAME.initialize-parameters",
            "tokens.NAME.vendor-profile",
            "tokens.NAME.calling-thread",
            "tokens.NAME.login-on-final-try",
            "tokens.NAME.recovery.first-retry-pause",
            "tokens.NAME.recovery.longest-retry-pause",
            "tokens.NAME.recovery.failures-to-open",
            "tokens.NAME.recovery.first-probe-pause",
            "tokens.NAME.recovery.longest-probe-pause",
            "tokens.NAME.recovery.pin-check-pause",
            "tokens.NAME.recovery.drain-limit",
            "tokens.NAME.recovery.hung-call-limit",
            "tokens.NAME.recovery.regrow-pause",
            "keys.NAME.tokens",
            "keys.NAME.label",
            "keys.NAME.id",
            "keys.NAME.uri",
            "keys.NAME.keystore",
            "keys.NAME.keystore-password",
            "keys.NAME.rsa-scheme",
            "keys.NAME.certificate",
            "keys.NAME.ca-certificates",
            "signatures.deadline",
            "signatures.verify-after-sign",
            "signatures.complete-chains",
            "signatures.revocation-info",
            "signatures.queue.max-waiting",
            "signatures.queue.max-wait",
            "access.token-secret",
            "access.policies[].open",
            "access.policies[].shared-secrets[].caller",
            "access.policies[].shared-secrets[].secret",
            "access.policies[].user-list.key-by-sign-method",
            "access.policies[].user-list.users[].user",
            "access.policies[].user-list.users[].sign-methods",
            "access.policies[].jwt.algorithms",
            "access.policies[].jwt.issuer",
            "access.policies[].jwt.audience",
            "access.policies[].jwt.type",
            "access.policies[].jwt.leeway",
            "access.policies[].jwt.maximum-age",
            "access.policies[].jwt.caller-claim",
            "access.policies[].jwt.key-claim",
            "access.policies[].jwt.key-by-claim-value",
            "access.policies[].jwt.max-token",
            "access.policies[].jwt.keys[].secret",
            "access.policies[].jwt.keys[].public-key",
            "access.policies[].jwt.keys[].jwk-set",
            "access.policies[].client-certificates[].caller",
            "access.policies[].client-certificates[].subject",
            "access.policies[].client-certificates[].sha256",
            "access.callers.NAME.actions",
            "access.callers.NAME.keys",
            "access.callers.NAME.digest-algorithms",
            "access.callers.NAME.containers",
            "access.callers.NAME.key",
            "access.callers.NAME.rate",
            "access.others.actions",
            "access.others.keys",
            "access.others.digest-algorithms",
            "access.others.containers",
            "access.others.key",
            "access.others.rate",
            "audit.file",
            "audit.rotate-at",
            "audit.time-limit",
            "audit.max-waiting");

    @Test
    void eachSettingHasATestThatShowsItsEffect() {
        List<String> without = new ArrayList<>(SettingEffects.settings());
        without.removeAll(TESTS.keySet());
        assertThat(TESTS.keySet())
                .as("settings that have a test; delete them in NOT_YET")
                .doesNotContainAnyElementsOf(NOT_YET);
        without.removeAll(NOT_YET);
        assertThat(without)
                .as("""
                        settings without a test that shows their effect.
                        Write a test that starts the service from settings that contain this one, and that fails if the service \
                        ignores the value: see the classes *SettingsEffectTest in io.github.hsmsigner.http.service.
                        Annotate the test method with @ShowsEffectOf("%s"). An existing test will do if it reads the setting with \
                        SettingsReader.
                        Then run scripts/check-settings with the name of the setting: it ignores the value and demands that the \
                        test fails""".formatted(without.isEmpty() ? "name" : without.get(0)))
                .isEmpty();
    }

    @Test
    void eachNameInAnAnnotationIsASetting() {
        assertThat(SettingEffects.settings())
                .as("settings; names in @ShowsEffectOf are those of docs/configuration.md, such as"
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
