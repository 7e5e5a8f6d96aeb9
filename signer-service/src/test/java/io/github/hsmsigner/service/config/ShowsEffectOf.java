package io.github.hsmsigner.service.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a test that shows the effect of settings on the running service. The test starts the service from settings that
 * {@link SettingsReader} reads. It fails if the service ignores the value of one of them; {@code scripts/check-settings} proves that.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ShowsEffectOf {

    /** The settings as docs/reference/configuration.md names them, such as {@code access.policies[].jwt.issuer}. */
    String[] value();
}
