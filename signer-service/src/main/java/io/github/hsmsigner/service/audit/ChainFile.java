package io.github.hsmsigner.service.audit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current file of the chain. Lines are on disk when {@link #append} returns. If it throws, none of the lines
 * counts. Partly written lines are removed immediately or before the next line. Safe for use by several threads.
 */
final class ChainFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ChainFile.class);

    private final AuditFileNames names;
    private final OptionalLong rotateAtBytes;
    private final HeadFile head;

    private FileChannel channel;
    /** Distinguishes the file from a replacement: device and inode. */
    private Object key;
    /** Up to here the file is on disk and ours. */
    private long length;

    private long firstSequence;
    private AuditAnchor last;
    private long rotateAt;
    /** After a failure the file may hold more than it should, or be another. */
    private boolean suspect;

    private ChainFile(AuditFileNames names, OptionalLong rotateAtBytes, HeadFile head, AuditAnchor last) {
        this.names = names;
        this.rotateAtBytes = rotateAtBytes;
        this.head = head;
        this.last = last;
    }

    /** Continues a file whose end is intact, or starts a new one. The chain continues after the given line. */
    static ChainFile open(AuditFileNames names, OptionalLong rotateAtBytes, HeadFile head, AuditAnchor last)
            throws IOException {
        ChainFile file = new ChainFile(names, rotateAtBytes, head, last);
        if (Files.exists(names.file(), LinkOption.NOFOLLOW_LINKS)) {
            file.use(PrivateFiles.openExisting(names.file()));
        } else {
            file.begin();
        }
        return file;
    }

    synchronized AuditAnchor last() {
        return last;
    }

    /** Writes lines and waits until they are on disk. */
    synchronized void append(List<byte[]> bodies) throws IOException {
        attach(false);
        if (rotateAtBytes.isPresent() && length >= rotateAt) {
            rotateBySize();
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        AuditAnchor next = last;
        for (byte[] body : bodies) {
            next = ChainedLine.write(lines, next, body);
        }
        suspect = true;
        try {
            write(ByteBuffer.wrap(lines.toByteArray()));
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

    private void write(ByteBuffer lines) throws IOException {
        while (lines.hasRemaining()) {
            channel.write(lines, length + lines.position());
        }
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
    private void attach(boolean newFileWanted) throws IOException {
        BasicFileAttributes found = attributes();
        boolean same = found != null && Objects.equals(found.fileKey(), key);
        if (same && !suspect && found.size() == length) {
            return;
        }
        if (found == null) {
            if (!newFileWanted && !renamed()) {
                throw new FileNotFoundException("it is not there any more, and not under another name in "
                        + names.directory() + " either. Put it back, or create it empty to begin a new one");
            }
            takeBackWhatIsUnfinished();
            LOG.info("{} was moved away; a new file continues after line {}.", names.file(), last.sequence());
            replace(PrivateFiles.createNew(names.file()));
            PrivateFiles.syncDirectory(names.directory());
        } else if (!found.isRegularFile()) {
            throw new IOException("it is no regular file any more");
        } else if (same) {
            resume(found.size(), newFileWanted);
        } else if (found.size() == 0) {
            takeBackWhatIsUnfinished();
            LOG.info("{} is a new, empty file, which continues after line {}.", names.file(), last.sequence());
            replace(PrivateFiles.openExisting(names.file()));
        } else {
            replaceByOneThatEndsAlike();
        }
        suspect = false;
    }

    private BasicFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(names.file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            // The caller finds out whether that is a rotation.
            return null;
        }
    }

    /** Returns whether our file has another name in its directory now, as after a rotation from outside. */
    private boolean renamed() throws IOException {
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(names.directory())) {
            for (Path sibling : siblings) {
                if (Objects.equals(fileKey(sibling), key)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static Object fileKey(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            // Gone between the listing and now.
            return new Object();
        }
    }

    /** The file that was moved away must not end with half a line. */
    private void takeBackWhatIsUnfinished() throws IOException {
        if (suspect && channel.isOpen()) {
            channel.truncate(length);
        }
    }

    private void resume(long size, boolean newFileWanted) throws IOException {
        if (size == 0 && newFileWanted) {
            replace(PrivateFiles.openExisting(names.file()));
            return;
        }
        if (size < length || size > length && !suspect) {
            throw new IOException("it has " + size + " bytes where " + length
                    + " were written: another process changed it. Move it away to start a new one");
        }
        // A new channel, because an interrupt may have closed the old one.
        FileChannel again = PrivateFiles.openExisting(names.file());
        try {
            again.truncate(length);
        } catch (IOException e) {
            again.close();
            throw e;
        }
        switchTo(again);
    }

    private void replaceByOneThatEndsAlike() throws IOException {
        FileChannel other = PrivateFiles.openExisting(names.file());
        try {
            FileTail tail = FileTail.read(other);
            boolean alike = tail.end() == other.size()
                    && tail.last()
                            .filter(line -> line.intact() && line.anchor().equals(last))
                            .isPresent();
            if (!alike) {
                throw new IOException("another file has replaced it, which does not end with line " + last.sequence()
                        + " of this chain. Move it away to begin a new one");
            }
        } catch (IOException e) {
            other.close();
            throw e;
        }
        LOG.warn("{} was replaced by another file, which ends with the same line {}.", names.file(), last.sequence());
        replace(other);
    }

    private void begin() throws IOException {
        use(PrivateFiles.createNew(names.file()));
        PrivateFiles.syncDirectory(names.directory());
    }

    private void replace(FileChannel next) throws IOException {
        FileChannel before = channel;
        try {
            use(next);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        before.close();
    }

    private void switchTo(FileChannel again) throws IOException {
        FileChannel before = channel;
        channel = again;
        before.close();
    }

    private void use(FileChannel next) throws IOException {
        // Fails if the file was moved away since it was opened; the next line then finds that out and tries again.
        Object nextKey = Files.readAttributes(names.file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        long nextLength = next.size();
        firstSequence = FileTail.firstSequence(next).orElse(last.sequence() + 1);
        channel = next;
        key = nextKey;
        length = nextLength;
        rotateAt = rotateAtBytes.orElse(Long.MAX_VALUE);
        if (PrivateFiles.sharedWithOthers(names.file())) {
            LOG.warn("{} can be read or written by others than its owner; mode 600 is recommended.", names.file());
        }
    }

    /** Gives the present file its final name and begins a new one; empty if there is no line in it yet. */
    synchronized Optional<Path> rotate() throws IOException {
        attach(false);
        return length == 0 ? Optional.empty() : Optional.of(rotateNow());
    }

    private Path rotateNow() throws IOException {
        Path full = names.rotated(firstSequence);
        // Without replacing: what has that name already is evidence too.
        Files.move(names.file(), full);
        PrivateFiles.syncDirectory(names.directory());
        FileChannel next = PrivateFiles.createNew(names.file());
        replace(next);
        PrivateFiles.syncDirectory(names.directory());
        LOG.info("{} is full; {} continues after line {}.", full, names.file(), last.sequence());
        return full;
    }

    /** Recording continues if a file cannot be renamed: the file continues to grow. */
    private void rotateBySize() throws IOException {
        try {
            rotateNow();
        } catch (IOException e) {
            rotateAt = length + rotateAtBytes.orElseThrow();
            LOG.warn("{} could not be rotated and continues to grow: {}", names.file(), e.toString());
            attach(false);
        }
    }

    /** Opens the path again; creates a file if there is none or an empty one, regardless of the previous file. */
    synchronized void reopen() throws IOException {
        attach(true);
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
