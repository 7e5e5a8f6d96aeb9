package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A database of NSS, which its softokn module shows as a token. */
public final class NssDatabase {

    public static final String TOKEN_LABEL = "NSS Certificate DB";

    private static final List<Path> MODULES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/libsoftokn3.so"),
            Path.of("/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/libsoftokn3.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/nss/libsoftokn3.so"));

    private final Path directory;
    private final String pin = "user-" + UUID.randomUUID();

    private NssDatabase(Path directory) {
        this.directory = directory;
    }

    /** The shared library. */
    public static Path module() {
        return MODULES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "softokn of NSS is not installed (scripts/test installs it); looked for " + MODULES));
    }

    /** Makes an empty database in a directory of its own below another. */
    public static NssDatabase in(Path parent) {
        try {
            NssDatabase database = new NssDatabase(Files.createTempDirectory(parent, "nss"));
            Path pinFile = Files.writeString(Files.createTempFile(parent, "nss", ".pin"), database.pin + "\n");
            ExternalTool.runOrFail("certutil", "-N", "-d", "sql:" + database.directory, "-f", pinFile.toString());
            Files.delete(pinFile);
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String pin() {
        return pin;
    }

    /** What softokn is given at C_Initialize. */
    public String initializeParameters() {
        return "configdir='sql:" + directory + "' certPrefix='' keyPrefix='' secmod='secmod.db' flags=";
    }
}
