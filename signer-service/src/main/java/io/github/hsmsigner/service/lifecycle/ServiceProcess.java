package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsReader.SettingsFile;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service as a separate process, which ends after a stop signal. The exit code is 0, or 1 if a part had to be left
 * open. The process does not end if an HSM cannot be reached or refuses the PIN. A restart would repair neither, and
 * each restart would log in again.
 */
public final class ServiceProcess {

    private static final int FAILED = 1;

    /** The time to close the audit log and the tokens, after the time limit of requests. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

    private ServiceProcess() {}

    /** {@return the version of the runnable file} */
    public static String version() {
        return Optional.ofNullable(ServiceProcess.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /**
     * Starts the service, which continues in separate threads when this returns. The caller applies the log settings,
     * because that must happen before the first use of a logger.
     *
     * @param file the file that the settings come from; empty if they come from the environment
     * @throws CannotStartException if the settings cannot work
     */
    public static void start(ServiceSettings settings, Optional<SettingsFile> file)
            throws CannotStartException, InterruptedException {
        ServiceLifecycle service = new ServiceLifecycle(settings, file, version());
        Duration limit = settings.server().stopLimit().plus(CLOSE_LIMIT);
        Thread stop = new Thread(() -> stop(service, limit), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            service.start();
        } catch (Throwable e) {
            abandon(service, stop);
            throw e;
        }
    }

    /** Adds the problems of the resources that need no token, so that an operator sees all problems together. */
    public static CannotStartException cannotStart(InvalidSettingsException settings) {
        Set<String> problems = new LinkedHashSet<>(settings.problems());
        try (LocalResources local = LocalResources.open(settings.usable(), Clock.systemUTC())) {
            problems.addAll(local.problems());
        }
        return new CannotStartException(problems);
    }

    private static void abandon(ServiceLifecycle service, Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
            service.close();
        } catch (IllegalStateException e) {
            log().debug("A stop signal arrived first. Its thread closes the service and ends the process.", e);
        }
    }

    /** Returns the logger. No field has it, because logging is configured after the class is loaded. */
    private static Logger log() {
        return LoggerFactory.getLogger(ServiceProcess.class);
    }

    /**
     * Ends the process even if a call hangs. Without this, the virtual machine would wait for a call in a PKCS#11
     * module, and end with the number of the signal.
     */
    private static void stop(ServiceLifecycle service, Duration limit) {
        Thread closing = new Thread(service::close, "close");
        closing.setDaemon(true);
        closing.start();
        int exitCode = FAILED;
        try {
            closing.join(limit.toMillis());
            if (service.isClosed()) {
                exitCode = 0;
            } else {
                log().error("The service ends with exit code {}, because it could not be closed completely.", FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
