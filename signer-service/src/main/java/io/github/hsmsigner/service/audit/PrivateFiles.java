package io.github.hsmsigner.service.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/** Files that only their owner may read: mode 0600 from their first moment on. Symbolic links are not followed. */
final class PrivateFiles {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private PrivateFiles() {}

    static FileChannel openOrCreate(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE);
    }

    static FileChannel createNew(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE_NEW);
    }

    static FileChannel openExisting(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileChannel open(Path file, StandardOpenOption creation) throws IOException {
        Set<OpenOption> options = new HashSet<>(
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, creation));
        return FileChannel.open(file, options, ownerOnly(file));
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return hasModes(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    /** Returns whether users other than the owner may read or write a file. */
    static boolean sharedWithOthers(Path file) throws IOException {
        return hasModes(file)
                && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean hasModes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Makes the creation and the renaming of files in a directory last. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
