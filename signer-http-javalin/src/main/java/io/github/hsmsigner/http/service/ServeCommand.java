package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.config.InvalidSettingsException;
import io.github.hsmsigner.http.config.ServiceSettings;
import io.github.hsmsigner.http.config.SettingsReader;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;

/**
 * Starts the service, which goes on in threads of its own when this returns.
 *
 * <p>Exit codes: 0 when it runs, and after a stop signal; 1 for anything unexpected, and for a stop that had to leave something open; 2
 * for settings that cannot work, with one line for each problem. An HSM that cannot be reached, or refuses the PIN, does not end the
 * process: restarting it mends neither, and each restart would log in again.
 */
final class ServeCommand implements Callable<Integer> {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int CANNOT_WORK = 2;

    /** How long closing may take beyond the time that requests have: for the audit log and the tokens. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

    private final Map<String, String> environment;
    private final PrintStream err;

    ServeCommand(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    @Override
    public Integer call() {
        ServiceSettings settings;
        try {
            settings = SettingsReader.read(environment);
        } catch (InvalidSettingsException e) {
            e.problems().forEach(this::report);
            return CANNOT_WORK;
        }
        LogConfiguration.use(settings.log());
        RunningService service = new RunningService(settings, Version.text());
        Duration limit = settings.server().stopLimit().plus(CLOSE_LIMIT);
        Thread stop = new Thread(() -> stop(service, limit), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            service.start();
            return DONE;
        } catch (CannotStartException e) {
            e.problems().forEach(this::report);
            return abandon(service, stop, CANNOT_WORK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return abandon(service, stop, FAILED);
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(ServeCommand.class).error("The service could not start.", e);
            return abandon(service, stop, FAILED);
        }
    }

    private void report(String problem) {
        report(err, problem);
    }

    /** One line for a problem, whatever it holds. */
    static void report(PrintStream err, String problem) {
        err.println("signer-service: " + problem.replaceAll("\\s*\\R\\s*", " "));
    }

    private static int abandon(RunningService service, Thread stop, int exitCode) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // A stop signal came first: that thread is closing the service already, and ends the process.
            return exitCode;
        }
        service.close();
        return exitCode;
    }

    /**
     * Ends the process, whatever hangs in it: by itself the virtual machine would wait for a call in a PKCS#11 module, and end with the
     * number of the signal.
     */
    private static void stop(RunningService service, Duration limit) {
        Thread closing = new Thread(service::close, "close");
        closing.setDaemon(true);
        closing.start();
        int exitCode = FAILED;
        try {
            closing.join(limit.toMillis());
            if (service.isClosed()) {
                exitCode = DONE;
            } else {
                LoggerFactory.getLogger(ServeCommand.class)
                        .error("The service ends with exit code {}, as it could not be closed in full.", FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
