package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.config.LogSettings;
import java.util.Locale;

/** Hands the settings of the log to the logging backend. */
final class LogConfiguration {

    private LogConfiguration() {}

    /** Must come before the first use of a logger, as that reads the configuration. */
    static void use(LogSettings settings) {
        System.setProperty("signer.log.level", settings.level());
        System.setProperty("signer.log.format", settings.format().name().toLowerCase(Locale.ROOT));
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "signer-service-logback.xml");
        }
    }
}
