package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the chain to the current file, and starts a new file when it is full or was moved away. Lines are on disk when
 * {@link #append} returns. If it throws, none of the lines counts. Partly written lines are removed immediately or
 * before the next line. Thread-safe.
 */
final class RotatingLogFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RotatingLogFile.class);

    private final AuditFiles files;
    private final long rotateAtBytes;

    private FileChannel lock;
    private HeadFile head;
    private FileChannel channel;
    /** Distinguishes the file from a replacement: device and inode. */
    private @Nullable Object key;
    /** Up to here the file is on disk and ours. */
    private long length;

    private long firstSequence;
    private AuditAnchor last;
    private long rotateAt;
    /** After a failure the file may hold more than it should, or be another. */
    private boolean suspect;

    private RotatingLogFile(AuditFiles files, long rotateAtBytes) {
        this.files = files;
        this.rotateAtBytes = rotateAtBytes;
    }

    /** Locks the log, recovers the end of the chain and continues it. */
    static RotatingLogFile open(AuditFiles files, long rotateAtBytes, Clock clock) throws IOException {
        RotatingLogFile log = new RotatingLogFile(files, rotateAtBytes);
        try {
            log.open(clock);
            return log;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private synchronized void open(Clock clock) throws IOException {
        lock = AuditFiles.openOrCreate(files.lock());
        requireLock();
        head = HeadFile.open(files.head());
        StartupRecovery recovery = StartupRecovery.run(files, head.read(), clock);
        last = recovery.last();
        head.write(last);
        if (Files.exists(files.file(), LinkOption.NOFOLLOW_LINKS)) {
            replace(AuditFiles.openExisting(files.file()));
        } else {
            replaceWithNew();
        }
        if (recovery.notice().isPresent()) {
            append(List.of(recovery.notice().get()));
        }
    }

    private void requireLock() throws IOException {
        boolean locked;
        try {
            locked = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw new InvalidConfigurationException("The audit log " + files.file()
                    + " is in use: another service holds " + files.lock() + ". Give each service a separate file.");
        }
    }

    synchronized AuditAnchor last() {
        return last;
    }

    /** Writes lines and waits until they are on disk. */
    synchronized void append(List<byte[]> bodies) throws IOException {
        attach(false);
        if (rotateAtBytes > 0 && length >= rotateAt) {
            rotateBySize();
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        AuditAnchor next = last;
        for (byte[] body : bodies) {
            next = HashChainLine.write(lines, next, body);
        }
        suspect = true;
        try {
            ByteBuffer buffer = ByteBuffer.wrap(lines.toByteArray());
            while (buffer.hasRemaining()) {
                channel.write(buffer, length + buffer.position());
            }
            channel.force(false);
            head.write(next);
        } catch (IOException | RuntimeException | Error e) {
            withdraw(e);
            throw e;
        }
        suspect = false;
        length += lines.size();
        last = next;
    }

    /** Removes half-written lines immediately if the disk permits; otherwise the next line tries again. */
    private void withdraw(Throwable failure) {
        try {
            channel.truncate(length);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Ensures that the path still names the open file, and that no other process has written to it. */
    private void attach(boolean newFileAllowed) throws IOException {
        BasicFileAttributes found = attributes(files.file());
        boolean same = found != null && Objects.equals(found.fileKey(), key);
        if (same && !suspect && found.size() == length) {
            return;
        }
        if (found == null) {
            if (!newFileAllowed && !isRenamed()) {
                throw new FileNotFoundException("it is not there any more, and not under another name in "
                        + files.directory() + " either. Put it back, or create it empty to begin a new one");
            }
            truncateSuspect();
            LOG.info("{} was moved away; a new file continues after line {}.", files.file(), last.sequence());
            replaceWithNew();
        } else if (!found.isRegularFile()) {
            throw new IOException("it is no regular file any more");
        } else if (same) {
            resume(found.size(), newFileAllowed);
        } else if (found.size() == 0) {
            truncateSuspect();
            LOG.info("{} is a new, empty file, which continues after line {}.", files.file(), last.sequence());
            replace(AuditFiles.openExisting(files.file()));
        } else {
            replaceWithCopy();
        }
        suspect = false;
    }

    /** Returns {@code null} if there is no such file. */
    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Returns whether our file has another name in its directory now, as after a rotation from outside. */
    private boolean isRenamed() throws IOException {
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(files.directory())) {
            for (Path sibling : siblings) {
                BasicFileAttributes found = attributes(sibling);
                if (found != null && Objects.equals(found.fileKey(), key)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The file that was moved away must not end with half a line. */
    private void truncateSuspect() throws IOException {
        if (suspect && channel.isOpen()) {
            channel.truncate(length);
        }
    }

    /** Continues the same file, after a failure or after another process changed it. */
    private void resume(long size, boolean newFileAllowed) throws IOException {
        if (size == 0 && newFileAllowed) {
            replace(AuditFiles.openExisting(files.file()));
            return;
        }
        if (size < length || size > length && !suspect) {
            throw new IOException("it has " + size + " bytes where " + length
                    + " were written: another process changed it. Move it away to start a new one");
        }
        // A new channel, because an interrupt may have closed the old one.
        Object sameKey = key;
        replace(AuditFiles.openExisting(files.file()), reopened -> reopened.truncate(length));
        // The next line detects a file that replaced this one meanwhile.
        key = sameKey;
    }

    /** Another file that ends with the same line continues the chain. */
    private void replaceWithCopy() throws IOException {
        replace(AuditFiles.openExisting(files.file()), copy -> {
            FileTail tail = FileTail.read(copy);
            boolean complete = tail.end() == copy.size() && !tail.isDamaged();
            if (!complete
                    || tail.last().filter(line -> line.anchor().equals(last)).isEmpty()) {
                throw new IOException("another file has replaced it, which does not end with line " + last.sequence()
                        + " of this chain. Move it away to begin a new one");
            }
            LOG.warn(
                    "{} was replaced by another file, which ends with the same line {}.",
                    files.file(),
                    last.sequence());
        });
    }

    private void replaceWithNew() throws IOException {
        replace(AuditFiles.createNew(files.file()));
        files.syncDirectory();
    }

    private interface Preparation {
        void run(FileChannel next) throws IOException;
    }

    private void replace(FileChannel next) throws IOException {
        replace(next, unprepared -> {});
    }

    private void replace(FileChannel next, Preparation preparation) throws IOException {
        try {
            preparation.run(next);
            // Fails if the file was moved away since it was opened; the next line then detects that and tries again.
            Object nextKey = Files.readAttributes(files.file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            long nextLength = next.size();
            firstSequence = LineReader.firstLine(files.file())
                    .map(HashChainLine::sequence)
                    .orElse(last.sequence() + 1);
            if (files.isShared()) {
                LOG.warn("{} can be read or written by others than its owner; mode 600 is recommended.", files.file());
            }
            key = nextKey;
            length = nextLength;
            rotateAt = rotateAtBytes;
        } catch (IOException e) {
            next.close();
            throw e;
        }
        FileChannel before = channel;
        channel = next;
        if (before != null) {
            before.close();
        }
    }

    /** Renames the current file and starts a new one; empty if there is no line in it yet. */
    synchronized Optional<Path> rotate() throws IOException {
        attach(false);
        return length == 0 ? Optional.empty() : Optional.of(rotateNow());
    }

    private Path rotateNow() throws IOException {
        Path full = files.rotated(firstSequence);
        // Without replacing: what has that name already is evidence too.
        Files.move(files.file(), full);
        files.syncDirectory();
        replaceWithNew();
        LOG.info("{} is full; {} continues after line {}.", full, files.file(), last.sequence());
        return full;
    }

    /** Recording continues if a file cannot be renamed: the file continues to grow. */
    private void rotateBySize() throws IOException {
        try {
            rotateNow();
        } catch (IOException e) {
            rotateAt = length + rotateAtBytes;
            LOG.warn("{} could not be rotated and continues to grow: {}", files.file(), e.toString());
            attach(false);
        }
    }

    /** Opens the path again; creates a file if there is none or an empty one, regardless of the previous file. */
    synchronized void reopen() throws IOException {
        attach(true);
    }

    @Override
    public synchronized void close() {
        for (Closeable resource : new Closeable[] {channel, head, lock}) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (IOException e) {
                LOG.warn("A file of the audit log could not be closed: {}", e.toString());
            }
        }
    }
}
