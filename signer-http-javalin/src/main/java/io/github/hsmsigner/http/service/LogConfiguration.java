package io.github.hsmsigner.http.service;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import io.github.hsmsigner.http.config.LogSettings;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Hands the settings of the log to the logging backend. */
public final class LogConfiguration {

    private static final String FILE_PROPERTY = "logback.configurationFile";
    private static final String FILE = "signer-service-logback.xml";

    /** A property that the file sets. */
    private static final String CONFIGURED = "signer.log.configured";

    private LogConfiguration() {}

    /**
     * Sets what is logged. Must come before anything is logged.
     *
     * @param settings what is logged, and how
     */
    public static void use(LogSettings settings) {
        System.setProperty("signer.log.level", settings.level());
        System.setProperty("signer.log.format", settings.format().name().toLowerCase(Locale.ROOT));
        useFile();
    }

    /** For commands, whose output must not be mixed with the log: warnings alone, on standard error. Must come as early. */
    public static void useForCommands() {
        System.setProperty("signer.log.level", "WARN");
        System.setProperty("signer.log.target", "System.err");
        useFile();
    }

    private static void useFile() {
        if (System.getProperty(FILE_PROPERTY) != null) {
            return;
        }
        System.setProperty(FILE_PROPERTY, FILE);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (context.getProperty(CONFIGURED) == null) {
            // Certificate files are read along with the settings, and that makes loggers.
            configureAgain(context);
        }
    }

    private static void configureAgain(LoggerContext context) {
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(LogConfiguration.class.getClassLoader().getResource(FILE));
        } catch (JoranException e) {
            throw new IllegalStateException("The configuration of the log cannot be read.", e);
        }
    }
}
