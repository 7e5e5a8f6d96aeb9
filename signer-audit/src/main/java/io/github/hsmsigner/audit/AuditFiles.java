package io.github.hsmsigner.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The files of an audit log: their names, and how they are opened. Only their owner can read them (mode 0600), from
 * their creation on. Symbolic links are not followed.
 *
 * @param file the current file
 */
record AuditFiles(Path file) {

    /** Enough for ten thousand lines a second during three thousand years; names sort in the order of the lines. */
    private static final int DIGITS = 15;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    AuditFiles {
        file = file.toAbsolutePath().normalize();
    }

    Path directory() {
        return file.getParent();
    }

    /** Keeps other processes away. */
    Path lock() {
        return sibling(".lock");
    }

    /** Has the number and the hash of the last line. */
    Path head() {
        return sibling(".head");
    }

    /** Returns the path of a full file, by the sequence number of its first line. */
    Path rotated(long firstSequence) {
        return sibling("." + digits(firstSequence));
    }

    /** Returns the first free path for an unfinished line, by the sequence number that it would have had. */
    Path torn(long sequence) {
        Path path = sibling(".torn-" + digits(sequence));
        for (int i = 2; Files.exists(path); i++) {
            path = sibling(".torn-" + digits(sequence) + "-" + i);
        }
        return path;
    }

    /** Returns the rotated files, oldest first; those compressed with gzip ({@code .gz}) too. */
    List<Path> rotated() throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(file.getFileName() + ".") + "[0-9]{" + DIGITS + "}(\\.gz)?");
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(
                directory(), path -> name.matcher(path.getFileName().toString()).matches())) {
            siblings.forEach(found::add);
        }
        found.sort(null);
        return found;
    }

    private Path sibling(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static String digits(long sequence) {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d", sequence);
    }

    static FileChannel openOrCreate(Path path) throws IOException {
        return open(path, StandardOpenOption.CREATE);
    }

    static FileChannel createNew(Path path) throws IOException {
        return open(path, StandardOpenOption.CREATE_NEW);
    }

    static FileChannel openExisting(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileChannel open(Path path, StandardOpenOption creation) throws IOException {
        FileAttribute<?>[] mode = hasModes(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        return FileChannel.open(
                path,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, creation),
                mode);
    }

    /** Returns whether users other than the owner may read or write the current file. */
    boolean isShared() throws IOException {
        return hasModes(file)
                && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Makes the creation and the renaming of files in the directory last. */
    void syncDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory(), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
