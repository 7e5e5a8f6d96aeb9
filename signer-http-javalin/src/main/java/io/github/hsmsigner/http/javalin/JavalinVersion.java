package io.github.hsmsigner.http.javalin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/**
 * The version of Javalin on the class path, which the application chooses. Javalin 6 accepts the plugin and calls
 * another method, so the application would start without the endpoint.
 */
final class JavalinVersion {

    /** The file from which Javalin itself reads its version. */
    static final String RESOURCE = "META-INF/maven/io.javalin/javalin/pom.properties";

    private static final String SUPPORTED_MAJOR = "7";

    private JavalinVersion() {}

    /** Returns the version. Empty if the file is missing, for example because the application repacked Javalin. */
    static Optional<String> find(ClassLoader loader) {
        Properties properties = new Properties();
        try (InputStream file = loader.getResourceAsStream(RESOURCE)) {
            if (file != null) {
                properties.load(file);
            }
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            throw new UncheckedIOException("The version of Javalin cannot be read.", e);
        }
    }

    /** Throws {@link IllegalStateException} if the class path has another major version than the plugin supports. */
    static void requireSupported(ClassLoader loader) {
        find(loader).ifPresent(version -> {
            if (!SUPPORTED_MAJOR.equals(version.split("\\.", 2)[0])) {
                throw new IllegalStateException("The class path has Javalin " + version
                        + ", but DocumentEnginePlugin requires Javalin " + SUPPORTED_MAJOR + ". Use version "
                        + SUPPORTED_MAJOR + " of io.javalin:javalin.");
            }
        });
    }
}
