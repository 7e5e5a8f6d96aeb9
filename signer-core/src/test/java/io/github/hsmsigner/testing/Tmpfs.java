package io.github.hsmsigner.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system of its own in memory, to be full or forbid programs. Mounting one takes root, or sudo without a password. */
public final class Tmpfs implements AutoCloseable {

    private final Path directory;

    private Tmpfs(Path directory) {
        this.directory = directory;
    }

    /** Mounts one at a directory, which is made. */
    public static Tmpfs at(Path directory, String options) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        asRoot("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString());
        return new Tmpfs(directory);
    }

    private static void asRoot(String... command) {
        if (ExternalTool.run(List.of("id", "-u")).output().strip().equals("0")) {
            ExternalTool.runOrFail(command);
            return;
        }
        List<String> withSudo = new ArrayList<>(List.of("sudo", "-n"));
        withSudo.addAll(List.of(command));
        ExternalTool.runOrFail(withSudo.toArray(String[]::new));
    }

    public Path directory() {
        return directory;
    }

    @Override
    public void close() {
        asRoot("umount", directory.toString());
    }
}
