package io.github.hsmsigner.service.lifecycle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks the files that the service was started with regularly, in the background. Thread-safe. */
final class ChangedFiles implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChangedFiles.class);

    /** They are a few small files; checking them costs nothing that could be measured. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** A check takes milliseconds. Disks and network file systems may hang for some seconds. */
    private static final Duration OVERDUE = Duration.ofSeconds(60);

    private final Clock clock;
    private final Duration pause;
    private final ScheduledExecutorService checks = Executors.newSingleThreadScheduledExecutor(ChangedFiles::thread);
    private volatile Instant lastCheck;

    /** Prepares the checks. The files that are read from now on count as checked at this moment. */
    ChangedFiles(Clock clock) {
        this(clock, PAUSE);
    }

    ChangedFiles(Clock clock, Duration pause) {
        this.clock = clock;
        this.pause = pause;
        this.lastCheck = clock.instant();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "changed-files");
        thread.setDaemon(true);
        return thread;
    }

    void start(List<FileWatch> watches) {
        List<FileWatch> all = List.copyOf(watches);
        checks.scheduleWithFixedDelay(() -> check(all), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Throws nothing, because the executor would never call it again and would not report it. */
    private void check(List<FileWatch> watches) {
        try {
            boolean worked = true;
            for (FileWatch watch : watches) {
                worked &= watch.look();
            }
            if (worked) {
                lastCheck = clock.instant();
            }
        } catch (Throwable e) {
            LOG.error("The watched files could not be checked; the next check follows.", e);
        }
    }

    /** Returns the time of the last check that worked for all files. */
    Instant lastCheck() {
        return lastCheck;
    }

    /** Returns a warning if the last check that worked is too long ago. */
    Optional<String> warning() {
        Instant last = lastCheck;
        return Duration.between(last, clock.instant()).compareTo(OVERDUE) < 0
                ? Optional.empty()
                : Optional.of("The watched files (configuration, PIN, certificates, policy, TLS) were last checked at "
                        + last + ". Later changes, such as a revoked secret, are not in use. The log has the reason.");
    }

    @Override
    public void close() {
        checks.shutdownNow();
    }
}
