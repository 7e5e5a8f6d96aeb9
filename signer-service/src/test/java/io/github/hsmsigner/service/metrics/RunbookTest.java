package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The runbook has a section for each alert and each error code, with three things to do. */
class RunbookTest {

    private static final Path RUNBOOK = Path.of("..", "docs", "troubleshooting", "runbook.md");
    private static final Path RULES = Path.of("..", "deploy", "prometheus", "signer-alerts.yml");
    private static final Pattern STEP = Pattern.compile("^[123]\\. \\S", Pattern.MULTILINE);

    private static final Map<String, String> SECTIONS = new HashMap<>();

    @BeforeAll
    static void readSections() throws IOException {
        for (String section : Files.readString(RUNBOOK).split("(?m)^##+ ")) {
            String title = section.lines().findFirst().orElse("");
            assertThat(SECTIONS.put(title, section)).as(title).isNull();
        }
    }

    private static void assertSaysWhatToDo(String title) {
        assertThat(SECTIONS).containsKey(title);
        assertThat(STEP.matcher(SECTIONS.get(title)).results().count())
                .as(title)
                .isEqualTo(3);
    }

    @Test
    void eachAlertHasASection() {
        List<String> alerts = new YAMLMapper()
                .readTree(RULES.toFile())
                .path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .map(rule -> rule.path("alert"))
                .map(JsonNode::asString)
                .toList();
        assertThat(alerts).isNotEmpty().allSatisfy(RunbookTest::assertSaysWhatToDo);
    }

    @Test
    void eachErrorCodeHasASection() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::text)).allSatisfy(RunbookTest::assertSaysWhatToDo);
    }

    @Test
    void eachOutcomeThatIsCountedIsNamed() {
        String codesOfHttp = SECTIONS.get("Codes of HTTP");
        assertThat(new TreeSet<>(RequestMeters.outcomes()
                        .filter(text -> !SECTIONS.containsKey(text))
                        .toList()))
                .allSatisfy(text -> assertThat(text.equals("ok") || codesOfHttp.contains("`" + text + "`"))
                        .as(text)
                        .isTrue());
    }
}
