package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** docs/guides/spring-boot.md has the properties of the configuration metadata. Run with -Ddocs.write=true to write it. */
class PropertiesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "guides", "spring-boot.md");
    private static final String BEGIN = "| property | default | meaning |\n| --- | --- | --- |\n";
    private static final String END = "<!-- end of properties -->";

    private static Stream<Map<?, ?>> properties() throws IOException {
        try (InputStream metadata = PropertiesPageTest.class
                .getClassLoader()
                .getResourceAsStream("META-INF/spring-configuration-metadata.json")) {
            String text = new String(metadata.readAllBytes(), StandardCharsets.UTF_8);
            List<?> all =
                    (List<?>) JsonParserFactory.getJsonParser().parseMap(text).get("properties");
            return all.stream().<Map<?, ?>>map(property -> (Map<?, ?>) property).toList().stream();
        }
    }

    @Test
    void eachPropertyIsDescribed() throws IOException {
        assertThat(properties())
                .hasSizeGreaterThan(12)
                .allSatisfy(property ->
                        assertThat(String.valueOf(property.get("description"))).matches("[A-Z].*\\."))
                .extracting(property -> String.valueOf(property.get("name")))
                .contains("signer.keys", "signer.fail-fast", "management.health.signer.enabled");
    }

    @Test
    void thePageHasTheProperties() throws IOException {
        String rows = properties()
                .filter(property -> !property.get("name").equals("signer.keys"))
                .map(property -> "| `" + property.get("name") + "` | "
                        + (property.get("defaultValue") == null ? "" : "`" + property.get("defaultValue") + "`") + " | "
                        + property.get("description") + " |\n")
                .sorted()
                .collect(Collectors.joining());
        String page = Files.readString(PAGE);
        String expected = page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + rows + "\n"
                + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    @Test
    void thePageHasThePropertiesOfAKey() throws IOException {
        assertThat(Files.readString(PAGE))
                .contains(Arrays.stream(SignerProperties.Key.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> "| `signer.keys.NAME."
                                + name.replaceAll("([A-Z])", "-$1").toLowerCase() + "` |")
                        .toList());
    }
}
