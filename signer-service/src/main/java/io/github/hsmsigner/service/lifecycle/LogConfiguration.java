package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.service.config.LogSettings;
import java.util.Locale;

/** Hands the settings of the log to the logging backend. */
public final class LogConfiguration {

    private static final String FILE_PROPERTY = "logback.configurationFile";

    private LogConfiguration() {}

    /**
     * Sets what is logged. Must come before the first logger exists, which reads the configuration.
     *
     * @param settings what is logged, and how
     */
    public static void use(LogSettings settings) {
        System.setProperty("signer.log.level", settings.level());
        System.setProperty("signer.log.format", settings.format().name().toLowerCase(Locale.ROOT));
        useFile();
    }

    /**
     * For commands, whose output must not be mixed with the log: warnings alone, on standard error. Must come as early.
     */
    public static void useForCommands() {
        System.setProperty("signer.log.level", "WARN");
        System.setProperty("signer.log.target", "System.err");
        useFile();
    }

    private static void useFile() {
        if (System.getProperty(FILE_PROPERTY) == null) {
            System.setProperty(FILE_PROPERTY, "signer-service-logback.xml");
        }
    }
}
