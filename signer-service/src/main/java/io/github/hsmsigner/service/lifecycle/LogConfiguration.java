package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.service.config.LogSettings;
import java.util.Locale;

/** Passes the log settings to the logging backend. Must be called before the first logger reads the configuration. */
public final class LogConfiguration {

    private static final String FILE_PROPERTY = "logback.configurationFile";

    private LogConfiguration() {}

    /** Applies the log settings of the service. */
    public static void use(LogSettings settings) {
        System.setProperty("signer.log.level", settings.level());
        System.setProperty("signer.log.format", settings.format().name().toLowerCase(Locale.ROOT));
        useFile();
    }

    /** Logs only warnings, on standard error, because the output of a command must not be mixed with the log. */
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
