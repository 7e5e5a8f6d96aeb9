package io.github.hsmsigner.service.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The setting that this variant of the service ignores: the one that the file {@code ignored-setting} next to the classes names. */
final class IgnoredSetting {

    private static final Path FILE = file();

    private IgnoredSetting() {}

    private static Path file() {
        try {
            return Path.of(IgnoredSetting.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("ignored-setting");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the setting at a path, such as {@code tokens.hsm.pin}, or the variable of a name is ignored. */
    static boolean is(String path) {
        try {
            return Files.exists(FILE) && path.matches(pattern(Files.readString(FILE).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Elements of lists have numbers. A name is missing in the path of what the environment makes. */
    private static String pattern(String name) {
        return name.replace("[]", "\\[[0-9]+\\]").replace(".NAME.", "(\\.[^.]+)?\\.");
    }
}
