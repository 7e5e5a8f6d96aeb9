package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the line after which the chain continues at startup, from the file, the rotated files and the head file.
 *
 * @param last the line that the next one follows
 * @param notice a first line to write, if an unfinished line was removed from the end of the file
 */
record StartupRecovery(AuditAnchor last, Optional<byte[]> notice) {

    private static final Logger LOG = LoggerFactory.getLogger(StartupRecovery.class);

    static StartupRecovery run(AuditFiles files, Optional<AuditAnchor> head, Clock clock) throws IOException {
        if (!Files.exists(files.file(), LinkOption.NOFOLLOW_LINKS)) {
            return new StartupRecovery(lastOfOtherFiles(files, head), Optional.empty());
        }
        try (FileChannel channel = AuditFiles.openExisting(files.file())) {
            FileTail tail = requireUndamaged(files, channel);
            AuditAnchor last = tail.last()
                    .map(line -> newer(files, line.anchor(), head))
                    .orElseGet(() -> lastOfOtherFiles(files, head));
            Optional<byte[]> notice = tail.end() < channel.size()
                    ? Optional.of(moveUnfinishedLine(files, channel, tail.end(), last, clock))
                    : Optional.empty();
            return new StartupRecovery(last, notice);
        }
    }

    /** Reads the end of the file, if there is one, and changes nothing. */
    static void check(AuditFiles files) throws IOException {
        if (Files.exists(files.file(), LinkOption.NOFOLLOW_LINKS)) {
            try (FileChannel channel = AuditFiles.openExisting(files.file())) {
                requireUndamaged(files, channel);
            }
        }
    }

    private static FileTail requireUndamaged(AuditFiles files, FileChannel channel) throws IOException {
        FileTail tail = FileTail.read(channel);
        if (tail.isDamaged()) {
            throw new InvalidConfigurationException("The last line of the audit log " + files.file()
                    + " is damaged. Verify the log, move the file away and keep it; a new one continues the chain.");
        }
        return tail;
    }

    /** If the log ends before the head, the chain continues after the head, so that verification shows the gap. */
    private static AuditAnchor newer(AuditFiles files, AuditAnchor inFile, Optional<AuditAnchor> head) {
        if (head.isEmpty()
                || head.get().sequence() < inFile.sequence()
                || head.get().equals(inFile)) {
            return inFile;
        }
        LOG.error(
                "The audit log {} ends with line {}, but {} says that it ended with {}: lines were removed or changed."
                        + " It continues after the latter, and verification will show the gap.",
                files.file(),
                inFile,
                files.head(),
                head.get());
        return head.get();
    }

    private static AuditAnchor lastOfOtherFiles(AuditFiles files, Optional<AuditAnchor> head) {
        AuditAnchor rotated = lastRotated(files);
        if (head.isEmpty() || head.get().sequence() < rotated.sequence()) {
            return rotated;
        }
        if (head.get().sequence() > rotated.sequence()) {
            LOG.warn(
                    "The audit log {} is empty, and continues after line {} of {}. That line should be in a file that"
                            + " was moved away.",
                    files.file(),
                    head.get().sequence(),
                    files.head());
        }
        return head.get();
    }

    private static AuditAnchor lastRotated(AuditFiles files) {
        try {
            List<Path> rotated = files.rotated().stream()
                    .filter(path -> !path.toString().endsWith(".gz"))
                    .toList();
            if (rotated.isEmpty()) {
                return AuditAnchor.START;
            }
            try (FileChannel channel = FileChannel.open(rotated.get(rotated.size() - 1), StandardOpenOption.READ)) {
                return FileTail.read(channel).last().map(HashChainLine::anchor).orElse(AuditAnchor.START);
            }
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The audit log " + files.file() + " has files before it that cannot be read: " + e.getMessage(), e);
        }
    }

    /** Moves an unfinished line to a separate file, and returns the body of the line that reports it. */
    private static byte[] moveUnfinishedLine(
            AuditFiles files, FileChannel channel, long end, AuditAnchor last, Clock clock) throws IOException {
        Path copy = files.torn(last.sequence() + 1);
        MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
        long size = channel.size();
        try (FileChannel out = AuditFiles.createNew(copy)) {
            Channels.newInputStream(channel.position(end))
                    .transferTo(new DigestOutputStream(Channels.newOutputStream(out), digest));
            out.force(true);
        }
        files.syncDirectory();
        channel.truncate(end);
        channel.force(true);
        LOG.warn(
                "The audit log {} ended with an unfinished line of {} bytes, as after a power failure; it was moved to {}."
                        + " No signature was handed out for it.",
                files.file(),
                size - end,
                copy);
        String name = copy.getFileName().toString();
        return EventJson.tornLine(clock.instant(), size - end, HexFormat.of().formatHex(digest.digest()), name);
    }
}
