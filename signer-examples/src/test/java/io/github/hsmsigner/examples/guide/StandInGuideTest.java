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

/** The Java code and the pictures of docs/guides/testing-with-the-stand-in.md. */
class StandInGuideTest {

    private static final Pattern IMAGE = Pattern.compile("!\\[[^\\]]+]\\(([^)]+)\\)");

    private final Guide guide = Guide.read("guides/testing-with-the-stand-in.md");

    @Test
    void theJavaLinesCompile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("StandIn.java"), """
                import static org.junit.jupiter.api.Assertions.assertTrue;

                import io.github.hsmsigner.examples.documentengine.*;
                import io.github.hsmsigner.examples.documentengine.report.*;
                import java.net.URI;
                import java.security.cert.X509Certificate;
                import java.util.List;

                class StandIn {
                    interface MyApplication {
                        void useDocumentEngine(String address);
                        byte[] sign(byte[] document);
                    }

                    void test(X509Certificate root, MyApplication myApplication, byte[] contract) {
                        %s
                    }
                }
                """.formatted(
                        guide.blocks("java").get(0)));
        GuideCompiler.compile(directory, List.of(file));
    }

    @Test
    void thePicturesAreThere() {
        Matcher images = IMAGE.matcher(guide.text());
        int count = 0;
        while (images.find()) {
            assertThat(Path.of("../docs/guides", images.group(1))).isNotEmptyFile();
            count++;
        }
        assertThat(count).isEqualTo(2);
    }
}
