package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.error.SigningException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects changed files, such as certificates, and reloads them in the background. Files that belong together are
 * reloaded together or not at all.
 *
 * <p>The reloader compares the content of the files. File system events do not work on network file systems, nor for
 * the symbolic links that Kubernetes swaps. A modification time may stay the same. A failed reload is reported once for
 * each reason and tried again at each check, because a file may be half written. Thread-safe.
 */
final class ChangedFileReloader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChangedFileReloader.class);

    /** The cost of reading a few small files is not measurable. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    /** A check takes milliseconds. Disks and network file systems may hang for some seconds. */
    private static final Duration OVERDUE = Duration.ofSeconds(60);

    /** Larger than any watched file. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    private final Clock clock;
    private final Duration pause;
    private final List<WatchedFiles> watched = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService checks = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "changed-files");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Instant lastCheck;

    ChangedFileReloader(Clock clock, Duration pause) {
        this.clock = clock;
        this.pause = pause;
        this.lastCheck = clock.instant();
    }

    /**
     * Watches files that belong together. Their current content counts as loaded, so call this before they are read.
     *
     * @param reload reloads the files and returns a sentence for the log; or changes nothing and throws
     *     {@link SigningException}
     * @param outcome receives whether a change was reloaded; a failure is reported once for each reason
     */
    void watch(String name, Supplier<List<Path>> files, Supplier<String> reload, Consumer<Boolean> outcome) {
        watched.add(new WatchedFiles(name, files, reload, outcome));
    }

    /** Starts the regular checks. */
    void start() {
        checks.scheduleWithFixedDelay(this::check, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Checks all files once. Throws nothing, because the executor would stop the checks and not report it. */
    void check() {
        try {
            boolean worked = true;
            for (WatchedFiles files : watched) {
                worked &= files.check();
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
    Optional<String> overdueWarning() {
        Instant last = lastCheck;
        return Duration.between(last, clock.instant()).compareTo(OVERDUE) < 0
                ? Optional.empty()
                : Optional.of("The watched files (configuration, PIN, certificates, policy, TLS) were last checked at "
                        + last + ". Later changes, such as a revoked secret, are not in use. The log has the reason.");
    }

    /** Returns a sentence for each change that could not be reloaded and is still there. */
    List<String> problems() {
        return watched.stream()
                .flatMap(files -> Stream.ofNullable(files.problem))
                .toList();
    }

    @Override
    public void close() {
        checks.shutdownNow();
    }

    /** Files that are reloaded together. */
    private static final class WatchedFiles {

        private final String name;
        private final Supplier<List<Path>> files;
        private final Supplier<String> reload;
        private final Consumer<Boolean> outcome;

        /** PINs are short: a bare hash of one would be as good as the PIN. */
        private final byte[] salt = new byte[32];

        private Map<Path, String> loaded;
        private String lastFailure;
        private volatile String problem;

        WatchedFiles(String name, Supplier<List<Path>> files, Supplier<String> reload, Consumer<Boolean> outcome) {
            this.name = name;
            this.files = files;
            this.reload = reload;
            this.outcome = outcome;
            new SecureRandom().nextBytes(salt);
            this.loaded = fingerprints();
        }

        /** Returns whether the check worked. It also worked if the content was refused. */
        boolean check() {
            try {
                reloadIfChanged();
                return true;
            } catch (SigningException e) {
                failed(e.getMessage(), null);
                return true;
            } catch (Throwable e) {
                // Also an Error, such as a StackOverflowError of a parser: the next check must take place.
                failed(e.toString(), e);
                return false;
            }
        }

        private void reloadIfChanged() {
            // Computed before the files are read, so that the next check detects a later change.
            Map<Path, String> now = fingerprints();
            boolean changed = !now.equals(loaded);
            if (changed) {
                String result = reload.get();
                LOG.info("{} reloaded: {}", name, result);
            } else if (lastFailure != null) {
                LOG.info("{}: the previous content is back.", name);
            }
            loaded = now;
            lastFailure = null;
            problem = null;
            if (changed) {
                outcome.accept(true);
            }
        }

        private void failed(String reason, Throwable unexpected) {
            if (!reason.equals(lastFailure)) {
                lastFailure = reason;
                // Every caller of the health check sees this text, and an unexpected error may repeat anything.
                problem = name + " could not be reloaded; the previous version stays in use: "
                        + (unexpected == null ? reason : "an unexpected error. The log has the reason.");
                LOG.warn("{} could not be reloaded; the previous version stays in use: {}", name, reason, unexpected);
                outcome.accept(false);
            }
        }

        private Map<Path, String> fingerprints() {
            Map<Path, String> all = new LinkedHashMap<>();
            files.get().forEach(file -> all.put(file, fingerprint(file)));
            return all;
        }

        private String fingerprint(Path file) {
            if (!Files.isRegularFile(file)) {
                // A pipe can be read only once, and the service has read it at startup.
                return Files.exists(file) ? "no regular file" : "unreadable";
            }
            byte[] buffer = new byte[8192];
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(salt);
                long length = 0;
                for (int count = in.read(buffer); count >= 0 && length < MAX_BYTES; count = in.read(buffer)) {
                    digest.update(buffer, 0, count);
                    length += count;
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (IOException e) {
                return "unreadable";
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java platform has SHA-256", e);
            } finally {
                Arrays.fill(buffer, (byte) 0);
            }
        }
    }
}
