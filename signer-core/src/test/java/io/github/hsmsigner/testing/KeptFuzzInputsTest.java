package io.github.hsmsigner.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Replays the inputs that {@code scripts/fuzz} keeps: a directory for each target, named after its class. */
class KeptFuzzInputsTest {

    private static final int MOST_FILES = 400;
    private static final long MOST_BYTES = 1024 * 1024;

    @TestFactory
    List<DynamicContainer> targets() throws IOException {
        return KeptFuzzInputs.targets().stream()
                .map(target -> dynamicContainer(target.getFileName().toString(), inputs(target)))
                .toList();
    }

    private static List<DynamicTest> inputs(Path directory) {
        MethodHandle target = KeptFuzzInputs.method(directory);
        List<Path> inputs = KeptFuzzInputs.files(directory);
        assertThat(inputs).isNotEmpty();
        return inputs.stream()
                .map(input -> dynamicTest(input.getFileName().toString(), () -> {
                    target.invokeExact(Files.readAllBytes(input));
                }))
                .toList();
    }

    @Test
    void theyStayFewAndSmall() throws IOException {
        List<Path> files = KeptFuzzInputs.files(KeptFuzzInputs.CORPUS);
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        assertThat(files).hasSizeLessThan(MOST_FILES);
        assertThat(bytes).isLessThan(MOST_BYTES);
    }
}
