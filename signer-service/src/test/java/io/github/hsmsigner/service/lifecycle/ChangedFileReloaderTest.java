package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangedFileReloaderTest {

    @TempDir
    private Path directory;

    /** What was in force after each time that something was taken up. */
    private final List<String> takenUp = new ArrayList<>();

    private final List<Boolean> outcomes = new ArrayList<>();
    private Path first;
    private Path second;
    private ChangedFileReloader reloader;

    @BeforeEach
    void watch() throws IOException {
        first = Files.writeString(directory.resolve("first"), "a1");
        second = Files.writeString(directory.resolve("second"), "a2");
        watch(() -> List.of(first, second), this::reload);
    }

    private void watch(Supplier<List<Path>> files, Supplier<String> reload) {
        close();
        reloader = new ChangedFileReloader(Clock.systemUTC(), ChangedFileReloader.PAUSE);
        reloader.watch("Test files", files, reload, outcomes::add);
    }

    @AfterEach
    void close() {
        if (reloader != null) {
            reloader.close();
        }
    }

    /** Takes a pair whose letters are the same. */
    private String reload() {
        try {
            String one = Files.readString(first);
            String two = Files.readString(second);
            if (one.isEmpty() || two.isEmpty() || one.charAt(0) != two.charAt(0)) {
                throw new InvalidConfigurationException("The pair " + one + " and " + two + " does not match.");
            }
            takenUp.add(one + two);
            return "the pair " + one.charAt(0) + ".";
        } catch (IOException e) {
            throw new InvalidConfigurationException("A file cannot be read.", e);
        }
    }

    private List<String> look() {
        try (CapturedLog log = new CapturedLog()) {
            reloader.check();
            return log.text()
                    .lines()
                    .filter(line -> line.contains("Test files"))
                    .toList();
        }
    }

    @Test
    void filesThatStayAreLeftAlone() {
        assertThat(look()).isEmpty();
        assertThat(look()).isEmpty();
        assertThat(takenUp).isEmpty();
    }

    @Test
    void changedFilesAreTakenUpOnceAndToldOnce() throws IOException {
        Files.writeString(first, "b1");
        Files.writeString(second, "b2");
        assertThat(look()).singleElement().asString().contains("INFO", "Test files reloaded: the pair b.");
        assertThat(look()).isEmpty();
        assertThat(takenUp).containsExactly("b1b2");
    }

    @Test
    void halfAChangeIsToldOnceAndTakenUpWhenItIsWhole() throws IOException {
        Files.writeString(first, "b1");
        assertThat(look()).singleElement().asString().contains("WARN", "stays in use", "The pair b1 and a2");
        assertThat(look()).isEmpty();
        Files.writeString(second, "");
        assertThat(look()).singleElement().asString().contains("WARN", "The pair b1 and ");
        Files.delete(second);
        assertThat(look()).singleElement().asString().contains("WARN", "A file cannot be read.");
        assertThat(takenUp).isEmpty();
        assertThat(outcomes).containsExactly(false, false, false);
        assertThat(reloader.problems())
                .containsExactly(
                        "Test files could not be reloaded; the previous version stays in use: A file cannot be read.");

        Files.writeString(second, "b2");
        assertThat(look()).singleElement().asString().contains("INFO", "the pair b.");
        assertThat(outcomes).containsExactly(false, false, false, true);
        assertThat(reloader.problems()).isEmpty();
        assertThat(takenUp).containsExactly("b1b2");
    }

    @Test
    void whatIsPutBackIsNoChange() throws IOException {
        Files.writeString(first, "b1");
        assertThat(look()).singleElement().asString().contains("WARN");
        Files.writeString(first, "a1");
        assertThat(reloader.problems()).isNotEmpty();
        assertThat(look()).singleElement().asString().contains("INFO", "the previous content is back");
        assertThat(reloader.problems()).isEmpty();
        assertThat(look()).isEmpty();
        assertThat(takenUp).isEmpty();
    }

    @Test
    void aChangeThatKeepsLengthAndTimeIsSeen() throws IOException {
        FileTime time = Files.getLastModifiedTime(second);
        Files.setLastModifiedTime(second, Files.getLastModifiedTime(Files.writeString(second, "a3")));
        Files.setLastModifiedTime(second, time);
        look();
        assertThat(takenUp).containsExactly("a1a3");
    }

    @Test
    void aDirectoryThatASymbolicLinkIsSwappedToIsSeen() throws IOException {
        // As Kubernetes mounts secrets: the files are links into a directory that is itself a link, which is swapped.
        Path old = Files.createDirectory(directory.resolve("old"));
        Files.writeString(old.resolve("first"), "a1");
        Files.writeString(old.resolve("second"), "a2");
        Path next = Files.createDirectory(directory.resolve("next"));
        Files.writeString(next.resolve("first"), "c1");
        Files.writeString(next.resolve("second"), "c2");
        Path data = Files.createSymbolicLink(directory.resolve("data"), old.getFileName());
        Path links = Files.createDirectory(directory.resolve("mounted"));
        first = Files.createSymbolicLink(links.resolve("first"), data.resolve("first"));
        second = Files.createSymbolicLink(links.resolve("second"), data.resolve("second"));
        watch(() -> List.of(first, second), this::reload);

        Path swapped = Files.createSymbolicLink(directory.resolve("data-next"), next.getFileName());
        Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        look();
        assertThat(takenUp).containsExactly("c1c2");
    }

    @Test
    void aChangeWhileFilesAreTakenUpIsSeenTheNextTime() throws IOException {
        watch(() -> List.of(first, second), () -> {
            String result = reload();
            writeSecond("a" + (takenUp.size() + 5));
            return result;
        });
        writeSecond("a5");
        look();
        look();
        assertThat(takenUp).containsExactly("a1a5", "a1a6");
    }

    private void writeSecond(String text) {
        try {
            Files.writeString(second, text);
        } catch (IOException e) {
            throw new InvalidConfigurationException("A file cannot be written.", e);
        }
    }

    static Stream<Throwable> unexpectedErrors() {
        return Stream.of(
                new IllegalStateException("a bug"),
                new StackOverflowError("too deep"),
                new OutOfMemoryError("too large"),
                new NoClassDefFoundError("not there"));
    }

    @ParameterizedTest
    @MethodSource("unexpectedErrors")
    void anUnexpectedErrorLeavesTheWatchAlive(Throwable error) throws IOException {
        List<String> attempts = new ArrayList<>();
        watch(() -> List.of(first), () -> {
            attempts.add("attempt");
            throw sneaky(error);
        });
        Files.writeString(first, "b1");
        assertThat(look()).singleElement().asString().contains("WARN", error.getMessage());
        assertThat(reloader.problems())
                .singleElement()
                .asString()
                .contains("an unexpected error")
                .doesNotContain(error.getMessage());
        assertThat(look()).isEmpty();
        assertThat(attempts).hasSize(2);
        assertThat(outcomes).containsExactly(false);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable error) throws T {
        throw (T) error;
    }
}
