package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of an {@link AuditFile}. Immutable.
 *
 * @param file the file that lines are written to; its directory must exist
 * @param rotateAtBytes the size at which a new file is started, at least 64 KiB; 0 for never. The lines of one write
 *     can make a file larger
 * @param timeLimit how long a request waits for its line to be on disk before it is refused; never longer than its
 *     deadline
 * @param maxWaiting how many lines may wait to be written; a further request waits for a slot, within the time limit
 * @param reserveBytes the free disk space below which denied requests of unknown callers, and their requests for
 *     certificates, are only counted; 0 for none
 */
public record AuditFileSettings(Path file, long rotateAtBytes, Duration timeLimit, int maxWaiting, long reserveBytes) {

    /**
     * Returns the settings with the defaults of the service: a new file at 100 MiB, a time limit of 5 s, at most 1024
     * waiting lines, and a reserve of 256 MiB.
     *
     * @param file the file that lines are written to; its directory must exist
     * @return the settings
     */
    public static AuditFileSettings of(Path file) {
        return new AuditFileSettings(file, 100L * 1024 * 1024, Duration.ofSeconds(5), 1_024, 256L * 1024 * 1024);
    }

    /**
     * Checks the size.
     *
     * @param file the file that lines are written to
     * @param rotateAtBytes the size at which a new file is started; 0 for never
     * @param timeLimit how long a request waits for its line to be on disk
     * @param maxWaiting how many lines may wait to be written
     * @param reserveBytes the free disk space that is kept for lines of signatures; 0 for none
     * @throws InvalidConfigurationException if the size is neither 0 nor at least 64 KiB
     */
    public AuditFileSettings {
        if (rotateAtBytes != 0 && rotateAtBytes < HashChainLine.MAX_LENGTH) {
            throw new InvalidConfigurationException("The audit log is rotated at a size of at least "
                    + HashChainLine.MAX_LENGTH + " bytes, or never with 0; not " + rotateAtBytes + ".");
        }
    }
}
