package io.github.hsmsigner.service.audit;

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
     * Checks the size.
     *
     * @throws InvalidConfigurationException if the size is neither 0 nor at least 64 KiB
     */
    public AuditFileSettings {
        if (rotateAtBytes != 0 && rotateAtBytes < HashChainLine.MAX_LENGTH) {
            throw new InvalidConfigurationException("The audit log is rotated at a size of at least "
                    + HashChainLine.MAX_LENGTH + " bytes, or never with 0; not " + rotateAtBytes + ".");
        }
    }
}
