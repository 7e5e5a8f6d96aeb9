package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

/** Compiles what the documentation shows, with the class path of the tests and every warning an error. */
final class GuideCompiler {

    private GuideCompiler() {}

    static String classPath() {
        return System.getProperty("java.class.path");
    }

    static void compile(Path classes, List<Path> files) {
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-Xlint:all",
                "-Werror",
                "-proc:none",
                "-cp",
                classPath(),
                "-d",
                classes.toString()));
        files.forEach(file -> arguments.add(file.toString()));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }
}
