package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void theJavaLinesCompile(@TempDir Path directory) throws IOException {
        Matcher lines = JAVA.matcher(Guide.read("../README.md").text());
        assertThat(lines.find()).isTrue();
        Path file = Files.writeString(directory.resolve("Readme.java"), """
                import io.github.hsmsigner.core.*;
                import io.github.hsmsigner.core.certificate.*;
                import io.github.hsmsigner.core.cms.*;
                import io.github.hsmsigner.pkcs11.*;
                import java.io.InputStream;
                import java.nio.file.Path;
                import java.time.Duration;
                import java.util.List;

                class Readme {
                    byte[] sign(char[] pin, InputStream content) {
                        %s
                    }
                }
                """.formatted(
                        lines.group(1).replace("    byte[] container =", "    return")));
        GuideCompiler.compile(directory, List.of(file));
    }
}
