package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The point where the chain continues after startup. It is found from the file, the rotated files and the head file.
 *
 * @param last the line that the next one follows
 * @param notice a first line to write, if an unfinished line was removed from the end of the file
 */
record ChainStart(AuditAnchor last, Optional<byte[]> notice) {

    private static final Logger LOG = LoggerFactory.getLogger(ChainStart.class);
    private static final int BLOCK = 64 * 1024;

    static ChainStart find(AuditFileNames names, Optional<AuditAnchor> head, Clock clock) throws IOException {
        if (!Files.exists(names.file(), LinkOption.NOFOLLOW_LINKS)) {
            return new ChainStart(behindAnEmptyFile(names, head), Optional.empty());
        }
        try (FileChannel channel = PrivateFiles.openExisting(names.file())) {
            FileTail tail = FileTail.read(channel);
            requireUndamaged(names, tail);
            AuditAnchor last = tail.last()
                    .map(line -> newer(names, line.anchor(), head))
                    .orElseGet(() -> behindAnEmptyFile(names, head));
            Optional<byte[]> notice = tail.end() < channel.size()
                    ? Optional.of(setAside(names, channel, tail.end(), last, clock))
                    : Optional.empty();
            return new ChainStart(last, notice);
        }
    }

    /** Reads the end of the file, if there is one, and changes nothing. */
    static void check(AuditFileNames names) throws IOException {
        if (Files.exists(names.file(), LinkOption.NOFOLLOW_LINKS)) {
            try (FileChannel channel = PrivateFiles.openExisting(names.file())) {
                requireUndamaged(names, FileTail.read(channel));
            }
        }
    }

    private static void requireUndamaged(AuditFileNames names, FileTail tail) {
        if (tail.damaged()) {
            throw new InvalidConfigurationException("The last line of the audit log " + names.file()
                    + " is damaged. Verify the log, move the file away and keep it; a new one continues the chain.");
        }
    }

    /** If the log ends before the head, the chain continues after the head, so that verification shows the gap. */
    private static AuditAnchor newer(AuditFileNames names, AuditAnchor inFile, Optional<AuditAnchor> head) {
        if (head.isEmpty()
                || head.get().sequence() < inFile.sequence()
                || head.get().equals(inFile)) {
            return inFile;
        }
        LOG.error(
                "The audit log {} ends with line {}, but {} says that it ended with {}: lines were removed or changed."
                        + " It continues after the latter, and verification will show the gap.",
                names.file(),
                inFile,
                names.head(),
                head.get());
        return head.get();
    }

    private static AuditAnchor behindAnEmptyFile(AuditFileNames names, Optional<AuditAnchor> head) {
        AuditAnchor rotated = lastRotated(names);
        if (head.isPresent() && head.get().sequence() >= rotated.sequence()) {
            if (head.get().sequence() > rotated.sequence()) {
                LOG.warn(
                        "The audit log {} is empty, and continues after line {} of {}. That line should be in a file that"
                                + " was moved away.",
                        names.file(),
                        head.get().sequence(),
                        names.head());
            }
            return head.get();
        }
        return rotated;
    }

    private static AuditAnchor lastRotated(AuditFileNames names) {
        try {
            List<Path> rotated = names.rotated().stream()
                    .filter(path -> !path.toString().endsWith(".gz"))
                    .toList();
            if (rotated.isEmpty()) {
                return AuditAnchor.start();
            }
            try (FileChannel channel = FileChannel.open(rotated.get(rotated.size() - 1), StandardOpenOption.READ)) {
                return FileTail.read(channel).last().map(ChainedLine::anchor).orElse(AuditAnchor.start());
            }
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The audit log " + names.file() + " has files before it that cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] setAside(AuditFileNames names, FileChannel channel, long end, AuditAnchor last, Clock clock)
            throws IOException {
        Path copy = names.torn(last.sequence() + 1);
        MessageDigest hash = DigestAlgorithm.SHA256.newMessageDigest();
        long size = channel.size();
        try (FileChannel out = PrivateFiles.createNew(copy)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            for (long offset = end; offset < size; ) {
                block.clear();
                offset += Math.max(0, channel.read(block, offset));
                hash.update(block.flip().duplicate());
                while (block.hasRemaining()) {
                    out.write(block);
                }
            }
            out.force(true);
        }
        PrivateFiles.syncDirectory(names.directory());
        channel.truncate(end);
        channel.force(true);
        LOG.warn(
                "The audit log {} ended with an unfinished line of {} bytes, as after a power failure; it was moved to {}."
                        + " No signature was handed out for it.",
                names.file(),
                size - end,
                copy);
        return LineBody.tornLine(
                clock.instant(),
                size - end,
                HexFormat.of().formatHex(hash.digest()),
                copy.getFileName().toString());
    }
}
