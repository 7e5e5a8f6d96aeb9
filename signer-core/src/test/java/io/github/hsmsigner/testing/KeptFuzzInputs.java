package io.github.hsmsigner.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The inputs that {@code scripts/fuzz} keeps: a directory for each target, named after its class. */
final class KeptFuzzInputs {

    static final Path CORPUS = Path.of("src", "fuzz");

    private KeptFuzzInputs() {}

    static List<Path> targets() throws IOException {
        try (Stream<Path> targets = Files.list(CORPUS)) {
            return targets.filter(Files::isDirectory).sorted().toList();
        }
    }

    static MethodHandle method(Path target) {
        String className = target.getFileName().toString();
        try {
            return MethodHandles.publicLookup()
                    .findStatic(
                            Class.forName(className),
                            "fuzzerTestOneInput",
                            MethodType.methodType(void.class, byte[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No fuzz target: " + className, e);
        }
    }

    static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
