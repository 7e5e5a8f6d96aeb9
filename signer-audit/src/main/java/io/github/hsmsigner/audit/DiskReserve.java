package io.github.hsmsigner.audit;

import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Disk space that is kept for lines of signatures. One thread checks it; the result is thread-safe. */
final class DiskReserve {

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
    private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Path directory;
    private final long bytes;
    private long lastCheck;
    private volatile boolean low;

    DiskReserve(Path directory, long bytes) {
        this.directory = directory;
        this.bytes = bytes;
        check();
    }

    /** Checks the free space, unless it did so within the last second. May hang with the disk. */
    void checkRegularly() {
        if (System.nanoTime() - lastCheck >= CHECK_NANOS) {
            check();
        }
    }

    private void check() {
        lastCheck = System.nanoTime();
        // 0 if the directory does not exist any more: lines cannot be written then either.
        long free = bytes == 0 ? Long.MAX_VALUE : directory.toFile().getUsableSpace();
        boolean lowNow = free < bytes;
        if (lowNow && !low) {
            LOG.warn(
                    "The disk of the audit log {} has {} bytes free, fewer than the reserve of {} bytes. Requests of unknown callers"
                            + " are only counted until more are free; signatures are still recorded.",
                    directory,
                    free,
                    bytes);
        } else if (!lowNow && low) {
            LOG.info("The disk of the audit log {} has {} bytes free again, more than the reserve.", directory, free);
        }
        low = lowNow;
    }

    /** Returns whether less space was free than the reserve at the last check. Returns immediately. */
    boolean isLow() {
        return low;
    }
}
