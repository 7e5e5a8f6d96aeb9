package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.LateSignature;
import io.github.hsmsigner.core.UndeliveredResponse;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An audit log in a file of JSON lines, each chained to the one before by SHA-256.
 *
 * <p>{@link #record} returns when the line is on disk (fdatasync). Requests that arrive meanwhile share the next write.
 * If a line cannot be written, for example because the disk is full, {@code record} throws, so that the signature is
 * not handed out. It works again as soon as the file can be written. A line records the service's decision. It does not
 * prove that the answer arrived.
 *
 * <p>If another process renames the file within its directory, as logrotate does, the log leaves that file alone. A new
 * file continues the chain. The same happens if an empty file replaces it. If the file is removed or changed, recording
 * fails until the file is restored or {@link #reopen()} is called.
 *
 * <p>Requests that strangers can send without limit have at most 10 lines a second: see {@link UnknownCallerLimiter}.
 *
 * <p>Thread-safe.
 */
public final class AuditFile implements AuditLog, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    /** The least time in which a line can be expected to be on disk. */
    private static final Duration MIN_TIME_LIMIT = Duration.ofMillis(100);

    /** The lines of one write are held in memory, each of at most 64 KiB. */
    private static final int MAX_BATCH = 256;

    /** How often the writer checks whether a summary line is due, and the free space, while no line comes. */
    private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

    private final AuditFileSettings settings;
    private final Path file;
    private final Clock clock;
    private final RotatingLogFile log;
    private final WriteQueue queue;
    private final UnknownCallerLimiter unknownCallers;
    private final DiskReserve reserve;
    private final Thread writer = new Thread(this::write, "audit-writer");

    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong notRecorded = new AtomicLong();
    private volatile AuditAnchor last;
    private volatile @Nullable String trouble;

    /** Of the writer alone: since when, and how many requests were refused in that time. */
    private @Nullable Instant outageSince;

    private long refusedInOutage;

    /**
     * The state at one moment.
     *
     * @param last the last line that is on disk
     * @param lines how many lines were written since the log was opened
     * @param syncs how often the disk was waited for; less than the lines, where requests share a write
     * @param notRecorded how many requests failed since then because they could not be recorded
     * @param summarized how many requests of unknown callers were counted in summary lines instead of separate lines
     * @param diskLow whether less space is free than the reserve; requests of unknown callers are only counted then
     * @param trouble why lines cannot be written now; empty if the last one was written
     */
    public record Status(
            AuditAnchor last,
            long lines,
            long syncs,
            long notRecorded,
            long summarized,
            boolean diskLow,
            Optional<String> trouble) {}

    private AuditFile(AuditFileSettings settings, Clock clock, RotatingLogFile log) {
        this.settings = settings;
        this.file = settings.file();
        this.clock = clock;
        this.log = log;
        this.last = log.last();
        this.queue = new WriteQueue(settings.maxWaiting());
        this.unknownCallers = new UnknownCallerLimiter(clock);
        this.reserve = new DiskReserve(file.toAbsolutePath().getParent(), settings.reserveBytes());
        writer.setDaemon(true);
    }

    /**
     * Opens the log: continues the chain of an existing file, or starts a new one. A power failure can leave an
     * unfinished line at the end. Such a line is moved to a separate file. The service's log and a line of the chain
     * report it.
     *
     * @param settings the settings of the log
     * @return the open log; the caller closes it
     * @throws InvalidConfigurationException if the file cannot be used: its directory is missing, it is no regular
     *     file, it is not writable, another process writes to it, or its last line is damaged
     */
    public static AuditFile open(AuditFileSettings settings) {
        return open(settings, Clock.systemUTC());
    }

    /** The clock is for lines that are not about a request. */
    static AuditFile open(AuditFileSettings settings, Clock clock) {
        AuditFiles files = new AuditFiles(settings.file());
        requireUsable(files);
        try {
            AuditFile opened =
                    new AuditFile(settings, clock, RotatingLogFile.open(files, settings.rotateAtBytes(), clock));
            opened.writer.start();
            return opened;
        } catch (IOException e) {
            throw cannotOpen(files, e);
        }
    }

    /**
     * Checks whether {@link #open} works as far as this shows without changing anything. Another process may write to
     * the log meanwhile.
     *
     * @param settings the settings of the log
     * @throws InvalidConfigurationException if the file cannot be used, with the reason
     */
    public static void check(AuditFileSettings settings) {
        AuditFiles files = new AuditFiles(settings.file());
        requireUsable(files);
        if (!Files.isWritable(files.directory())) {
            throw new InvalidConfigurationException(
                    "This user may not write to the directory of the audit log, " + files.directory() + ".");
        }
        try {
            for (Path each : List.of(files.lock(), files.head())) {
                if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                    AuditFiles.openExisting(each).close();
                }
            }
            StartupRecovery.check(files);
        } catch (IOException e) {
            throw cannotOpen(files, e);
        }
    }

    private static void requireUsable(AuditFiles files) {
        if (!Files.isDirectory(files.directory())) {
            throw new InvalidConfigurationException(
                    "The directory of the audit log, " + files.directory() + ", does not exist. Create it.");
        }
        if (Files.exists(files.file(), LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(files.file(), LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidConfigurationException("The audit log " + files.file()
                    + " is no regular file. Name a file, not a directory, symbolic link or device.");
        }
    }

    private static InvalidConfigurationException cannotOpen(AuditFiles files, IOException cause) {
        return new InvalidConfigurationException(
                "The audit log " + files.file() + " cannot be opened: " + reason(cause) + ".", cause);
    }

    private static String reason(Throwable cause) {
        // The messages of these are paths alone.
        if (cause instanceof AccessDeniedException denied) {
            return "this user may not open " + denied.getFile() + " for writing";
        }
        if (cause instanceof NoSuchFileException absent) {
            return absent.getFile() + " does not exist";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void record(AuditEvent event) {
        record(event, settings.timeLimit());
    }

    /**
     * {@inheritDoc}
     *
     * <p>A line gets 100 ms even if the deadline is sooner, because a request that is not recorded fails.
     *
     * @throws AuditException if the line could not be put on disk by the deadline or within the time limit; the message
     *     has the reason
     */
    @Override
    public void record(AuditEvent event, Deadline deadline) {
        Duration left = Duration.ofNanos(Math.max(MIN_TIME_LIMIT.toNanos(), deadline.remainingNanos()));
        record(event, left.compareTo(settings.timeLimit()) < 0 ? left : settings.timeLimit());
    }

    private void record(AuditEvent event, Duration limit) {
        if (UnknownCallerLimiter.applies(event)
                && !queue.isClosed()
                && !unknownCallers.admit(event, !reserve.isLow())) {
            return;
        }
        byte[] body = EventJson.request(event);
        if (body.length + HashChainLine.FRAME > HashChainLine.MAX_LENGTH) {
            throw refused("A line of " + body.length + " bytes is too long for the audit log " + file + ".", null);
        }
        WriteQueue.Entry line = new WriteQueue.Entry(body);
        Deadline end = Deadline.after(limit);
        if (!queue.add(line, limit)) {
            throw queue.isClosed()
                    ? refused("The audit log " + file + " is closed.", null)
                    : late("has had no room for another line", limit);
        }
        if (!line.await(Duration.ofNanos(end.remainingNanos()))) {
            throw late("has not put a line on disk", limit);
        }
        line.failure().ifPresent(cause -> {
            throw refused("The audit log " + file + " cannot be written: " + reason(cause) + ".", cause);
        });
    }

    @Override
    public void signatureLate(LateSignature signature) {
        addLine("the late signature of request " + signature.requestId(), EventJson.signatureLate(signature));
    }

    @Override
    public void responseUndelivered(UndeliveredResponse response) {
        addLine("the undelivered response of request " + response.requestId(), EventJson.responseUndelivered(response));
    }

    /** Adds a line that no request waits for, and returns at once. The log reports a line that cannot be written. */
    private void addLine(String subject, byte[] body) {
        WriteQueue.Entry line = new WriteQueue.Entry(body, cause -> logMissing(subject, reason(cause)));
        if (!queue.add(line, Duration.ZERO)) {
            logMissing(subject, queue.isClosed() ? "it is closed" : "too many lines wait to be written");
        }
    }

    private void logMissing(String subject, String reason) {
        LOG.error("The audit log {} lacks {}: {}.", file, subject, reason);
    }

    private AuditException late(String fault, Duration limit) {
        trouble = "it " + fault + " for " + limit.toMillis() + " ms";
        return refused(
                "The audit log " + file + " " + fault + " for " + limit.toMillis()
                        + " ms. Is its disk too slow, or hung?",
                null);
    }

    private AuditException refused(String message, @Nullable Throwable cause) {
        notRecorded.incrementAndGet();
        return new AuditException(message, cause);
    }

    /**
     * The life of the writer. It alone writes lines, so that an interrupted request cannot close the file under
     * another.
     */
    private void write() {
        boolean more = true;
        while (more) {
            List<WriteQueue.Entry> batch = List.of();
            try {
                batch = queue.take(MAX_BATCH, MAX_PAUSE);
                more = !queue.isDrained();
                reserve.checkRegularly();
                Optional<UnknownCallerLimiter.Summary> summary = unknownCallers.due(!more);
                if (!batch.isEmpty() || summary.isPresent()) {
                    append(batch, summary);
                }
                batch.forEach(WriteQueue.Entry::succeeded);
            } catch (Throwable e) {
                fail(batch, e);
            }
        }
    }

    /** No error ends the writer: these requests must not wait for nothing, and the next ones need a writer. */
    private void fail(List<WriteQueue.Entry> batch, Throwable cause) {
        try {
            batch.forEach(line -> line.failed(cause));
            batch.forEach(WriteQueue.Entry::reportFailure);
            startOutage(
                    cause, batch.stream().filter(WriteQueue.Entry::isAwaited).count());
        } catch (Throwable e) {
            // For example another OutOfMemoryError. Health and metrics report the problem.
            trouble = e.getClass().getSimpleName();
        }
    }

    private void append(List<WriteQueue.Entry> batch, Optional<UnknownCallerLimiter.Summary> summary)
            throws IOException {
        List<byte[]> bodies = new ArrayList<>(batch.size() + 2);
        if (outageSince != null) {
            bodies.add(EventJson.outageEnded(clock.instant(), outageSince, refusedInOutage));
        }
        summary.ifPresent(counted -> bodies.add(EventJson.unknownCallers(clock.instant(), counted)));
        batch.forEach(line -> bodies.add(line.body()));
        log.append(bodies);
        summary.ifPresent(unknownCallers::written);
        last = log.last();
        lines.addAndGet(bodies.size());
        syncs.incrementAndGet();
        trouble = null;
        if (outageSince != null) {
            LOG.warn(
                    "The audit log {} can be written again; {} requests were refused since {}.",
                    file,
                    refusedInOutage,
                    outageSince);
            outageSince = null;
            refusedInOutage = 0;
        }
    }

    private void startOutage(Throwable cause, long requests) {
        trouble = reason(cause);
        refusedInOutage += requests;
        if (outageSince == null) {
            outageSince = clock.instant();
            LOG.error(
                    "The audit log {} cannot be written: {}. Requests are refused until it can.",
                    file,
                    reason(cause),
                    cause);
        }
    }

    /**
     * Gives the present file its final name, {@code F.} and the sequence number of its first line in 15 digits, and
     * starts a new one that continues the chain. Requests wait until then.
     *
     * @return the file that is complete now; empty if there was no line in it
     * @throws AuditException if the file could not be renamed or the new one not be made, or the log is closed
     */
    public Optional<Path> rotate() {
        requireOpen();
        try {
            return log.rotate();
        } catch (IOException e) {
            throw new AuditException("The audit log " + file + " could not be rotated: " + reason(e) + ".", e);
        }
    }

    /**
     * Opens the file's name again, after the file was moved to another directory or removed. If there is no file, or an
     * empty one, the chain continues in it. A rename within the directory does not require this call, because the log
     * notices it automatically.
     *
     * @throws AuditException if the name belongs to a foreign file, no file could be created, or the log is closed
     */
    public void reopen() {
        requireOpen();
        try {
            log.reopen();
        } catch (IOException e) {
            throw new AuditException("The audit log " + file + " could not be opened again: " + reason(e) + ".", e);
        }
    }

    private void requireOpen() {
        if (queue.isClosed()) {
            throw new AuditException("The audit log " + file + " is closed.", null);
        }
    }

    /** {@return the current state, immediately, even while the disk hangs} */
    public Status status() {
        return new Status(
                last,
                lines.get(),
                syncs.get(),
                notRecorded.get(),
                unknownCallers.total(),
                reserve.isLow(),
                Optional.ofNullable(trouble));
    }

    /** Writes the lines that wait, and closes the file. Requests that come later fail. */
    @Override
    public void close() {
        queue.close();
        boolean ended = WriteQueue.uninterruptibly(settings.timeLimit(), left -> {
            TimeUnit.NANOSECONDS.timedJoin(writer, left);
            return !writer.isAlive();
        });
        if (ended) {
            log.close();
        } else {
            LOG.error(
                    "The audit log {} could not be closed cleanly: its disk did not respond for {} ms.",
                    file,
                    settings.timeLimit().toMillis());
        }
    }
}
