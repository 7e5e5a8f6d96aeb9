package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.ErrorCode;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/reference/java-api.md: the types exist, the code compiles, and the table of errors is complete. */
class JavaApiPageTest {

    private static final Pattern TYPE = Pattern.compile(
            "^\\| `(\\w+)` \\| `((?:core|pkcs11|audit|access|micrometer|pdf)[\\w.]*)` \\| .+ \\|$", Pattern.MULTILINE);
    private static final Pattern ERROR =
            Pattern.compile("^\\| `([a-z_]+)` \\| `(\\w+Exception)` \\| .+$", Pattern.MULTILINE);

    private final Guide page = Guide.read("reference/java-api.md");

    @Test
    void theTypesOfTheTableArePublic() throws ClassNotFoundException {
        List<MatchResult> types = TYPE.matcher(page.text()).results().toList();
        assertThat(types).hasSizeGreaterThan(10);
        for (MatchResult type : types) {
            Class<?> found = Class.forName("io.github.hsmsigner." + type.group(2) + "." + type.group(1));
            assertThat(Modifier.isPublic(found.getModifiers())).as("%s", found).isTrue();
        }
    }

    @Test
    void theTableOfErrorsHasEveryCode() throws ClassNotFoundException {
        List<MatchResult> errors = ERROR.matcher(page.text()).results().toList();
        assertThat(errors)
                .extracting(error -> error.group(1))
                .containsExactlyElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::text).toList());
        for (MatchResult error : errors) {
            assertThat(Class.forName("io.github.hsmsigner.core.error." + error.group(2)))
                    .isNotNull();
        }
    }

    @Test
    void theCodeCompiles(@TempDir Path directory) throws IOException {
        Path source = Files.writeString(directory.resolve("Lines.java"), """
                import io.github.hsmsigner.access.*;
                import io.github.hsmsigner.audit.*;
                import io.github.hsmsigner.core.*;
                import io.github.hsmsigner.core.cms.*;
                import java.io.IOException;
                import java.io.InputStream;
                import java.nio.file.Path;
                import java.time.*;
                import java.util.*;

                class Lines {
                    byte[] sign(SigningKey key, ContainerBuilder containers, SigningToken expected, List<String> records,
                            InputStream content) {
                        %s
                        return container;
                    }

                    AuditReport record(SigningKey key, ContainerBuilder containers, Path file) throws IOException {
                        %s
                        return report;
                    }

                    SigningService authorize(SigningKey key, ContainerBuilder containers, Path file) {
                        %s
                        return service;
                    }
                }
                """.formatted(
                        page.blocks("java").toArray()));
        GuideCompiler.compile(directory, List.of(source));
    }
}
