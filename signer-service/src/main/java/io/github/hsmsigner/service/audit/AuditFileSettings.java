package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The settings of an {@link AuditFile}. Immutable.
 *
 * <table>
 * <caption>The settings</caption>
 * <tr><th>name</th><th>type</th><th>default</th><th>meaning</th></tr>
 * <tr><td>file</td><td>path</td><td>none: no audit log</td><td>the file that lines are written to</td></tr>
 * <tr><td>rotateAtBytes</td><td>number, 0 or at least 65,536</td><td>104,857,600 (100 MiB)</td><td>the size at which a new file is begun;
 * 0 for never</td></tr>
 * <tr><td>timeLimit</td><td>duration, positive</td><td>5 s</td><td>how long a request waits for its line to be on disk before it is
 * refused</td></tr>
 * <tr><td>maxWaiting</td><td>number, at least 1</td><td>1,024</td><td>how many lines may wait to be written</td></tr>
 * <tr><td>reserveBytes</td><td>number, at least 0</td><td>268,435,456 (256 MiB)</td><td>the free disk space below which requests of
 * unknown callers are only counted; 0 for none</td></tr>
 * </table>
 */
public final class AuditFileSettings {

    private final Path file;
    private final long rotateAtBytes;
    private final Duration timeLimit;
    private final int maxWaiting;
    private final long reserveBytes;
    private final Clock clock;

    private AuditFileSettings(Builder builder) {
        this.file = builder.file;
        this.rotateAtBytes = builder.rotateAtBytes;
        this.timeLimit = builder.timeLimit;
        this.maxWaiting = builder.maxWaiting;
        this.reserveBytes = builder.reserveBytes;
        this.clock = builder.clock;
    }

    /**
     * Begins settings.
     *
     * @param file the file that lines are written to; its directory must exist
     * @return a builder with defaults for the other settings
     */
    public static Builder builder(Path file) {
        return new Builder(file);
    }

    /**
     * Returns the file that lines are written to.
     *
     * @return its path
     */
    public Path file() {
        return file;
    }

    /**
     * Returns the size at which a new file is begun.
     *
     * @return the size in bytes; empty for never
     */
    public OptionalLong rotateAtBytes() {
        return rotateAtBytes == 0 ? OptionalLong.empty() : OptionalLong.of(rotateAtBytes);
    }

    /**
     * Returns how long a request waits for its line to be on disk.
     *
     * @return the time
     */
    public Duration timeLimit() {
        return timeLimit;
    }

    /**
     * Returns how many lines may wait to be written.
     *
     * @return the number
     */
    public int maxWaiting() {
        return maxWaiting;
    }

    /**
     * Returns the free disk space below which denied requests of unknown callers, and their requests for certificates,
     * are only counted.
     *
     * @return the space in bytes; 0 for none
     */
    public long reserveBytes() {
        return reserveBytes;
    }

    /**
     * Returns the clock for lines that are not about a request.
     *
     * @return the clock
     */
    public Clock clock() {
        return clock;
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {

        private final Path file;
        private long rotateAtBytes = 100L * 1024 * 1024;
        private Duration timeLimit = Duration.ofSeconds(5);
        private int maxWaiting = 1_024;
        private long reserveBytes = 256L * 1024 * 1024;
        private Clock clock = Clock.systemUTC();

        private Builder(Path file) {
            this.file = Objects.requireNonNull(file, "file");
        }

        /**
         * Sets the size at which a new file is started. Default: 100 MiB. The lines of one write can make a file
         * larger.
         *
         * @param bytes the size in bytes, at least 65,536; 0 for never
         * @return this builder
         * @throws InvalidConfigurationException if it is another number
         */
        public Builder rotateAtBytes(long bytes) {
            if (bytes != 0 && bytes < ChainedLine.MAX_LENGTH) {
                throw new InvalidConfigurationException("The audit log is rotated at a size of at least "
                        + ChainedLine.MAX_LENGTH + " bytes, or never with 0; not " + bytes + ".");
            }
            this.rotateAtBytes = bytes;
            return this;
        }

        /**
         * Sets how long a request waits for its line to be on disk before it is refused. Default: 5 s. A request with a
         * deadline waits until then at most.
         *
         * @param limit the time; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder timeLimit(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new InvalidConfigurationException(
                        "The time for a line of the audit log must be positive, not " + limit + ".");
            }
            this.timeLimit = limit;
            return this;
        }

        /**
         * Sets how many lines may wait to be written. Default: 1,024. If so many lines wait, a further request waits
         * too, within the time limit.
         *
         * @param lines the number; at least 1
         * @return this builder
         * @throws InvalidConfigurationException if it is less
         */
        public Builder maxWaiting(int lines) {
            if (lines < 1) {
                throw new InvalidConfigurationException(
                        "The number of lines that wait for the audit log must be at least 1, not " + lines + ".");
            }
            this.maxWaiting = lines;
            return this;
        }

        /**
         * Sets the free disk space that is kept for lines of signatures. Default: 256 MiB. If less is free, denied
         * requests of unknown callers and their requests for certificates are only counted.
         *
         * @param bytes the space in bytes; 0 for none
         * @return this builder
         * @throws InvalidConfigurationException if it is negative
         */
        public Builder reserveBytes(long bytes) {
            if (bytes < 0) {
                throw new InvalidConfigurationException(
                        "The disk space that is kept for the audit log must not be negative: " + bytes + ".");
            }
            this.reserveBytes = bytes;
            return this;
        }

        /**
         * Sets the clock for lines that are not about a request. Default: the system clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         */
        public AuditFileSettings build() {
            return new AuditFileSettings(this);
        }
    }
}
