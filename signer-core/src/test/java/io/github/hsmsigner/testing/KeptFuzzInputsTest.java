package io.github.hsmsigner.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Replays the inputs that {@code scripts/fuzz} keeps: a directory for each target, called as its class. */
class KeptFuzzInputsTest {

    private static final Path CORPUS = Path.of("src", "fuzz");
    private static final int MOST_FILES = 300;
    private static final long MOST_BYTES = 1024 * 1024;

    @TestFactory
    List<DynamicContainer> targets() throws IOException {
        try (Stream<Path> targets = Files.list(CORPUS)) {
            return targets.filter(Files::isDirectory)
                    .sorted()
                    .map(target -> dynamicContainer(target.getFileName().toString(), inputs(target)))
                    .toList();
        }
    }

    private static List<DynamicTest> inputs(Path directory) {
        MethodHandle target = target(directory.getFileName().toString());
        List<Path> inputs = files(directory);
        assertThat(inputs).isNotEmpty();
        return inputs.stream()
                .map(input -> dynamicTest(input.getFileName().toString(), () -> {
                    target.invokeExact(Files.readAllBytes(input));
                }))
                .toList();
    }

    private static MethodHandle target(String className) {
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

    @Test
    void theyStayFewAndSmall() throws IOException {
        List<Path> files = files(CORPUS);
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        assertThat(files).hasSizeLessThan(MOST_FILES);
        assertThat(bytes).isLessThan(MOST_BYTES);
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
