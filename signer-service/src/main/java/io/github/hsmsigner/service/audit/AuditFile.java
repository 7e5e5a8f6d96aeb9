package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.LateSignature;
import io.github.hsmsigner.core.UndeliveredResponse;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.audit.PendingLines.Admission;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An audit log in a file of JSON lines, each chained to the one before by SHA-256.
 *
 * <p>{@link #record} returns when the line is on disk (fdatasync). Requests that arrive meanwhile share the next write.
 * If a line cannot be written, {@code record} throws, so that the signature is not handed out. It works again as soon
 * as the file can be written. A line records the service's decision. It does not prove that the answer arrived.
 *
 * <p>The log consists of these files. Only their owner can read them.
 * <ul>
 *   <li>{@code F} has the latest lines;
 *   <li>{@code F.lock} keeps other processes away;
 *   <li>{@code F.head} has the number and the hash of the last line;
 *   <li>{@code F.} with a number is a full file, and the number is that of its first line;
 *   <li>{@code F.torn-} with a number is an unfinished line that was found at startup.
 * </ul>
 *
 * <p>If another process renames the file within its directory, as logrotate does, the log leaves that file alone. A new
 * file continues the chain. The same happens if an empty file replaces it. If the file is removed or changed, recording
 * fails until the file is restored or {@link #reopen()} is called.
 *
 * <p>At most 10 lines a second are for requests that strangers can send without limit. These are requests without a
 * known caller that are denied or ask for certificates. The others are counted. A summary line follows within a minute,
 * and when the log is closed.
 *
 * <p>Thread-safe.
 */
public final class AuditFile implements AuditLog, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    /** The least time in which a line can be expected to be on disk. */
    private static final Duration LEAST_TIME = Duration.ofMillis(100);

    /** The lines of one write are held in memory, each of at most 64 KiB. */
    private static final int MOST_LINES_AT_ONCE = 256;

    /** How often the writer checks whether a summary line is due, and the free space, while no line comes. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final AuditFileSettings settings;
    private final Path file;
    private final ChainFile chain;
    private final Deque<Closeable> resources;
    private final PendingLines pending;
    private final UnknownCallers unknownCallers;
    private final DiskReserve reserve;
    private final Thread writer;

    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong notRecorded = new AtomicLong();
    private volatile AuditAnchor last;
    private volatile String trouble;

    /** Of the writer alone: since when, and how many requests were refused in that time. */
    private Instant outageSince;

    private long refusedInOutage;

    private AuditFile(AuditFileSettings settings, ChainFile chain, Deque<Closeable> resources) {
        this.settings = settings;
        this.file = settings.file();
        this.chain = chain;
        this.resources = resources;
        this.last = chain.last();
        this.pending = new PendingLines(settings.maxWaiting());
        this.unknownCallers = new UnknownCallers(settings.clock());
        this.reserve = new DiskReserve(file.toAbsolutePath().getParent(), settings.reserveBytes());
        this.writer = new Thread(this::write, "audit-writer");
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
        AuditFileNames names = new AuditFileNames(settings.file());
        Deque<Closeable> resources = new ArrayDeque<>();
        try {
            AuditFile opened = open(settings, names, resources);
            opened.writer.start();
            return opened;
        } catch (IOException e) {
            closeAll(resources);
            throw cannotOpen(names, e);
        } catch (RuntimeException e) {
            closeAll(resources);
            throw e;
        }
    }

    /**
     * Checks whether {@link #open} works as far as this shows without changing anything. Another process may write to
     * the log meanwhile.
     *
     * @param settings how it is kept
     * @throws InvalidConfigurationException if the file cannot be used, with the reason
     */
    public static void check(AuditFileSettings settings) {
        AuditFileNames names = new AuditFileNames(settings.file());
        requireUsable(names);
        if (!Files.isWritable(names.directory())) {
            throw new InvalidConfigurationException(
                    "This user may not write to the directory of the audit log, " + names.directory() + ".");
        }
        try {
            for (Path each : List.of(names.lock(), names.head())) {
                if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                    PrivateFiles.openExisting(each).close();
                }
            }
            ChainStart.check(names);
        } catch (IOException e) {
            throw cannotOpen(names, e);
        }
    }

    private static AuditFile open(AuditFileSettings settings, AuditFileNames names, Deque<Closeable> resources)
            throws IOException {
        requireUsable(names);
        FileChannel lock = PrivateFiles.openOrCreate(names.lock());
        resources.push(lock);
        lock(lock, names);
        HeadFile head = HeadFile.open(names.head());
        resources.push(head);
        ChainStart start = ChainStart.find(names, head.read(), settings.clock());
        head.write(start.last());
        ChainFile chain = ChainFile.open(names, settings.rotateAtBytes(), head, start.last());
        resources.push(chain);
        if (start.notice().isPresent()) {
            chain.append(List.of(start.notice().get()));
        }
        return new AuditFile(settings, chain, resources);
    }

    private static void requireUsable(AuditFileNames names) {
        if (!Files.isDirectory(names.directory())) {
            throw new InvalidConfigurationException(
                    "The directory of the audit log, " + names.directory() + ", does not exist. Create it.");
        }
        if (Files.exists(names.file(), LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(names.file(), LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidConfigurationException("The audit log " + names.file()
                    + " is no regular file. Name a file, not a directory, symbolic link or device.");
        }
    }

    private static void lock(FileChannel lock, AuditFileNames names) throws IOException {
        boolean ours;
        try {
            ours = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw inUse(names, e);
        }
        if (!ours) {
            throw inUse(names, null);
        }
    }

    private static InvalidConfigurationException inUse(AuditFileNames names, RuntimeException cause) {
        return new InvalidConfigurationException(
                "The audit log " + names.file() + " is in use: another service holds " + names.lock()
                        + ". Give each service a separate file.",
                cause);
    }

    /**
     * {@inheritDoc}
     *
     * @throws AuditException if the line could not be put on disk within the time limit; the message has the reason
     */
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
        Duration left = Duration.ofNanos(Math.max(LEAST_TIME.toNanos(), deadline.remainingNanos()));
        record(event, left.compareTo(settings.timeLimit()) < 0 ? left : settings.timeLimit());
    }

    private void record(AuditEvent event, Duration limit) {
        if (UnknownCallers.include(event) && !pending.closed() && !unknownCallers.admit(event, !reserve.isLow())) {
            return;
        }
        byte[] body = LineBody.request(event);
        if (body.length + ChainedLine.FRAME > ChainedLine.MAX_LENGTH) {
            throw refused("A line of " + body.length + " bytes is too long for the audit log " + file + ".", null);
        }
        PendingLine line = new PendingLine(body);
        Deadline end = Deadline.after(limit);
        Admission admission = pending.add(line, limit);
        if (admission == Admission.CLOSED) {
            throw refused("The audit log " + file + " is closed.", null);
        }
        if (admission == Admission.FULL) {
            throw late("has had no room for another line", limit, null);
        }
        try {
            line.await(Duration.ofNanos(end.remainingNanos()));
        } catch (TimeoutException e) {
            throw late("has not put a line on disk", limit, e);
        } catch (ExecutionException e) {
            throw refused("The audit log " + file + " cannot be written: " + reason(e.getCause()) + ".", e.getCause());
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Returns at once. A line that cannot be written is an ERROR in the log.
     */
    @Override
    public void signatureLate(LateSignature signature) {
        addLine("the late signature of request " + signature.requestId(), LineBody.signatureLate(signature));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Returns at once. A line that cannot be written is an ERROR in the log.
     */
    @Override
    public void responseUndelivered(UndeliveredResponse response) {
        addLine("the undelivered response of request " + response.requestId(), LineBody.responseUndelivered(response));
    }

    /** Adds a line that no request waits for. */
    private void addLine(String subject, byte[] body) {
        PendingLine line = PendingLine.withoutRequest(body);
        Admission admission = pending.add(line, Duration.ZERO);
        if (admission == Admission.ADMITTED) {
            line.whenFailed(cause -> LOG.error("The audit log {} lacks {}: {}.", file, subject, reason(cause)));
        } else {
            LOG.error(
                    "The audit log {} lacks {}: {}.",
                    file,
                    subject,
                    admission == Admission.CLOSED ? "it is closed" : "too many lines wait to be written");
        }
    }

    private AuditException late(String what, Duration limit, Exception cause) {
        trouble = "it " + what + " for " + limit.toMillis() + " ms";
        return refused(
                "The audit log " + file + " " + what + " for " + limit.toMillis()
                        + " ms. Is its disk too slow, or hung?",
                cause);
    }

    private AuditException refused(String message, Throwable cause) {
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
            List<PendingLine> batch = List.of();
            try {
                batch = pending.take(MOST_LINES_AT_ONCE, LONGEST_PAUSE);
                more = !pending.drained();
                reserve.checkRegularly();
                Optional<UnknownCallers.Summary> summary = unknownCallers.due(!more);
                if (!batch.isEmpty() || summary.isPresent()) {
                    append(batch, summary);
                }
                batch.forEach(PendingLine::succeeded);
            } catch (Throwable e) {
                fail(batch, e);
            }
        }
    }

    /** Whatever it is, these requests must not wait for nothing, and the next ones find a writer. */
    private void fail(List<PendingLine> batch, Throwable cause) {
        try {
            batch.forEach(line -> line.failed(cause));
            outage(cause, batch.stream().filter(PendingLine::awaited).count());
        } catch (Throwable e) {
            // For example another OutOfMemoryError. Health and metrics report the problem.
            trouble = e.getClass().getSimpleName();
        }
    }

    private void append(List<PendingLine> batch, Optional<UnknownCallers.Summary> summary) throws IOException {
        List<byte[]> bodies = new ArrayList<>(batch.size() + 2);
        if (outageSince != null) {
            bodies.add(LineBody.outageEnded(settings.clock().instant(), outageSince, refusedInOutage));
        }
        summary.ifPresent(
                counted -> bodies.add(LineBody.unknownCallers(settings.clock().instant(), counted)));
        batch.forEach(line -> bodies.add(line.body()));
        chain.append(bodies);
        summary.ifPresent(unknownCallers::written);
        last = chain.last();
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

    private void outage(Throwable cause, long requests) {
        trouble = reason(cause);
        refusedInOutage += requests;
        if (outageSince == null) {
            outageSince = settings.clock().instant();
            LOG.error(
                    "The audit log {} cannot be written: {}. Requests are refused until it can.",
                    file,
                    reason(cause),
                    cause);
        }
    }

    private static InvalidConfigurationException cannotOpen(AuditFileNames names, IOException cause) {
        return new InvalidConfigurationException(
                "The audit log " + names.file() + " cannot be opened: " + reason(cause) + ".", cause);
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
            return chain.rotate();
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
            chain.reopen();
        } catch (IOException e) {
            throw new AuditException("The audit log " + file + " could not be opened again: " + reason(e) + ".", e);
        }
    }

    private void requireOpen() {
        if (pending.closed()) {
            throw new AuditException("The audit log " + file + " is closed.", null);
        }
    }

    /**
     * Returns the current state immediately, even while the disk hangs.
     *
     * @return the state of this moment
     */
    public AuditFileStatus status() {
        return new AuditFileStatus(
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
        pending.close();
        if (writerEnds()) {
            closeAll(resources);
        } else {
            LOG.error(
                    "The audit log {} could not be closed cleanly: its disk did not respond for {} ms.",
                    file,
                    settings.timeLimit().toMillis());
        }
    }

    private boolean writerEnds() {
        long end = System.nanoTime() + settings.timeLimit().toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(writer, end - System.nanoTime());
                    return !writer.isAlive();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void closeAll(Deque<Closeable> resources) {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (IOException e) {
                LOG.warn("A file of the audit log could not be closed: {}", e.toString());
            }
        }
    }
}
