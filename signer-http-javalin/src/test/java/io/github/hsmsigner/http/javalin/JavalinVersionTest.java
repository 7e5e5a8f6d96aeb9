package io.github.hsmsigner.http.javalin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.plugin.Plugin;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions that a file states. scripts/check-consumer runs the plugin with Javalin 6 itself. */
class JavalinVersionTest {

    @TempDir
    private Path directory;

    private URLClassLoader withJavalin(String properties) throws IOException {
        Path file = directory.resolve(JavalinVersion.RESOURCE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, properties);
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, null);
    }

    @Test
    void javalinStatesItsVersion() {
        assertThat(JavalinVersion.find(Plugin.class.getClassLoader()))
                .hasValueSatisfying(version -> assertThat(version).startsWith("7."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.6.5", "6.7.0", "8.0.0", "8.0.0-alpha.1", "70.0.0", "8"})
    void anotherMajorVersionIsRefusedWithBothVersionsInTheMessage(String version) throws IOException {
        try (URLClassLoader loader = withJavalin("artifactId=javalin\nversion=" + version + "\n")) {
            assertThatThrownBy(() -> JavalinVersion.requireSupported(loader))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The class path has Javalin " + version
                            + ", but DocumentEnginePlugin requires Javalin 7. Use version 7 of io.javalin:javalin.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"version=7.0.0", "version=7.99.1-SNAPSHOT", "version=7", "artifactId=javalin"})
    void thisMajorVersionAndAnUnknownOneAreAccepted(String properties) throws IOException {
        try (URLClassLoader loader = withJavalin(properties)) {
            assertThatCode(() -> JavalinVersion.requireSupported(loader)).doesNotThrowAnyException();
        }
    }

    @Test
    void aJavalinThatWasRepackedIsAccepted() throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[0], null)) {
            assertThatCode(() -> JavalinVersion.requireSupported(loader)).doesNotThrowAnyException();
        }
    }
}
