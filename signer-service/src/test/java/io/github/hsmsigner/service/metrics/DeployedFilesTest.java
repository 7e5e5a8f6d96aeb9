package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The dashboard and the alert rules ask for metrics and labels that exist, and the examples are restricted. */
class DeployedFilesTest {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Path CHART = DEPLOY.resolve("helm/signer");
    private static final Path DASHBOARD = DEPLOY.resolve("grafana/signer-dashboard.json");
    private static final Path RULES = DEPLOY.resolve("prometheus/signer-alerts.yml");

    /** What Prometheus adds to each series. */
    private static final Set<String> LABELS_OF_TARGETS = Set.of("job", "instance");

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), *([a-z_]+)\\)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$labels\\.([a-z_]+)");

    @TempDir
    private static Path directory;

    private static Map<String, Set<String>> exposed;

    @BeforeAll
    static void exposeEverything() {
        try (ServiceMetrics metrics = new ServiceMetrics("1");
                AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.log")))) {
            exposed = EverythingBound.scrape(metrics, audit).labelsOfSamples();
        }
    }

    /** Fails unless all metrics and labels of an expression exist; gives the labels that its series can have. */
    private static Set<String> assertExists(String expression) {
        PromQl parsed = PromQl.parse(expression);
        assertThat(parsed.selectors()).as(expression).isNotEmpty();
        Set<String> known = new TreeSet<>(LABELS_OF_TARGETS);
        for (PromQl.Selector selector : parsed.selectors()) {
            assertThat(exposed).as(expression).containsKey(selector.metric());
            Set<String> labels = new HashSet<>(exposed.get(selector.metric()));
            labels.addAll(LABELS_OF_TARGETS);
            assertThat(labels).as(expression).containsAll(selector.labels());
            known.addAll(labels);
        }
        assertThat(known).as(expression).containsAll(parsed.groupingLabels());
        return known;
    }

    @Test
    void theReaderOfExpressionsFindsWhatTheyName() {
        PromQl parsed = PromQl.parse(
                "sum by (job, le) (rate(a_total{x=\"y\",z!~\"(b|c){2}\"}[5m])) / 2 * c_max > 1e3 and on (job) d");
        assertThat(parsed.selectors()).extracting(PromQl.Selector::metric).containsExactly("a_total", "c_max", "d");
        assertThat(parsed.selectors().get(0).labels()).containsExactly("x", "z");
        assertThat(parsed.groupingLabels()).containsExactly("job", "le");
    }

    @Test
    void theDashboardAsksForWhatExists() {
        JsonNode dashboard = new JsonMapper().readTree(DASHBOARD.toFile());
        Set<Integer> identifiers = new HashSet<>();
        int expressions = 0;
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asString();
            assertThat(identifiers.add(panel.path("id").asInt())).as(title).isTrue();
            if (!panel.path("type").asString().equals("row")) {
                assertThat(panel.path("description").asString()).as(title).isNotEmpty();
                assertThat(panel.at("/datasource/uid").asString()).isEqualTo("${datasource}");
                assertThat(panel.path("targets").size()).as(title).isPositive();
            }
            for (JsonNode target : panel.path("targets")) {
                Set<String> labels = assertExists(target.path("expr").asString());
                Matcher legend = Pattern.compile("\\{\\{([a-z_]+)}}")
                        .matcher(target.path("legendFormat").asString());
                while (legend.find()) {
                    assertThat(labels).as(title).contains(legend.group(1));
                }
                expressions++;
            }
        }
        assertThat(expressions).isGreaterThan(30);
        for (JsonNode annotation : dashboard.at("/annotations/list")) {
            assertExists(annotation.path("expr").asString());
        }
        for (JsonNode variable : dashboard.at("/templating/list")) {
            if (variable.path("type").asString().equals("query")) {
                Matcher query = LABEL_VALUES.matcher(variable.at("/query/query").asString());
                assertThat(query.matches()).isTrue();
                assertThat(assertExists(query.group(1))).contains(query.group(2));
            }
        }
    }

    @Test
    void panelsDoNotOverlap() {
        List<JsonNode> panels = new ArrayList<>();
        new JsonMapper().readTree(DASHBOARD.toFile()).path("panels").forEach(panels::add);
        Set<List<Integer>> cells = new HashSet<>();
        for (JsonNode panel : panels) {
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(cells.add(List.of(
                                    place.path("x").asInt() + x, place.path("y").asInt() + y)))
                            .as(panel.path("title").asString())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void theAlertsAskForWhatExistsAndSayWhatToDo() {
        Set<String> names = new TreeSet<>();
        for (JsonNode group : new YAMLMapper().readTree(RULES.toFile()).path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                String name = rule.path("alert").asString();
                assertThat(names.add(name)).as(name).isTrue();
                Set<String> labels = assertExists(rule.path("expr").asString());
                assertThat(rule.at("/labels/severity").asString()).as(name).isIn("critical", "warning", "info");
                for (String annotation : List.of("summary", "description")) {
                    String text = rule.path("annotations").path(annotation).asString();
                    assertThat(text).as(name).isNotEmpty();
                    Matcher placeholder = PLACEHOLDER.matcher(text);
                    while (placeholder.find()) {
                        assertThat(labels).as(name).contains(placeholder.group(1));
                    }
                }
                assertThat(rule.at("/annotations/runbook_url").asString())
                        .isEqualTo("docs/troubleshooting/runbook.md#" + name.toLowerCase(Locale.ROOT));
            }
        }
        assertThat(names).hasSizeGreaterThan(15);
    }

    /** An example is copied as it is, so it must not be open by default. */
    @Test
    void everyExampleHasAPolicyAndAnAuditLog() throws IOException {
        List<String> wanted = List.of("SIGNING_TOKEN_SECRET_FILE", "SIGNING_AUDIT_FILE", "SIGNING_RAW_DATA");
        assertThat(environment("docker/docker-compose.yml").propertyNames()).containsAll(wanted);
        assertThat(environment("docker/docker-compose.softhsm.yml")
                        .path("SIGNING_SERVICE_ACCESS_OPEN")
                        .asString())
                .isEqualTo("true");
        JsonNode values = new YAMLMapper().readTree(CHART.resolve("values.yaml").toFile());
        assertThat(values.at("/access/policy").asString()).isEqualTo("signing-token");
        assertThat(values.at("/audit/enabled").asBoolean()).isTrue();
        assertThat(values.at("/tls/enabled").asBoolean()).isTrue();
        assertThat(values.at("/networkPolicy/enabled").asBoolean()).isTrue();
        assertThat(values.at("/rawData").asString()).isEqualTo("signed-attributes");
        String unit = Files.readString(DEPLOY.resolve("systemd/signer.service"))
                + Files.readString(DEPLOY.resolve("systemd/signer.env"));
        assertThat(wanted).allSatisfy(name -> assertThat(unit).containsPattern("(?m)^(Environment=)?" + name + "=."));
    }

    @Test
    void examplesKeepPortsAwayFromOtherMachines() throws IOException {
        JsonNode compose = new YAMLMapper()
                .readTree(DEPLOY.resolve("docker/docker-compose.yml").toFile());
        assertThat(compose.at("/services/signing-service/ports").isMissingNode())
                .isTrue();
        for (String file : List.of("docker/docker-compose.yml", "docker/docker-compose.softhsm.yml")) {
            JsonNode services =
                    new YAMLMapper().readTree(DEPLOY.resolve(file).toFile()).path("services");
            for (JsonNode service : services) {
                service.path("ports")
                        .forEach(port -> assertThat(port.asString()).startsWith("127.0.0.1:"));
            }
        }
        JsonNode environment = environment("docker/docker-compose.yml");
        assertThat(environment.path("SIGNING_SERVICE_ADMIN_ADDRESS").asString()).isEqualTo("127.0.0.1");
        assertThat(environment.path("SIGNING_SERVICE_ALLOWED_HOSTS").asString()).isEqualTo("signing-service");
        assertThat(Files.readAllLines(DEPLOY.resolve("systemd/signer.env")))
                .contains(
                        "SIGNING_SERVICE_ADDRESS=127.0.0.1",
                        "SIGNING_SERVICE_ADMIN_ADDRESS=127.0.0.1",
                        "SIGNING_SERVICE_ADMIN_PORT=6001");
        assertThat(Files.readString(DEPLOY.resolve("nginx/signer.conf")))
                .containsPattern("(?m)^ *listen 127\\.0\\.0\\.1:")
                .doesNotContainPattern("(?m)^ *listen (?!127\\.0\\.0\\.1:)");
    }

    @Test
    void examplesSetTheCharsetAndRestrictFiles() throws IOException {
        assertThat(Files.readString(DEPLOY.resolve("docker/Dockerfile"))).containsPattern("(?m)^ENV LANG=C\\.UTF-8$");
        assertThat(Files.readAllLines(DEPLOY.resolve("systemd/signer.service")))
                .contains(
                        "Environment=LANG=C.UTF-8", "UMask=0077", "LogsDirectoryMode=0750", "StateDirectoryMode=0750");
        assertThat(Files.readString(DEPLOY.resolve("debian/signer-service"))).contains("export LC_ALL=C.UTF-8");
        assertThat(Files.readString(DEPLOY.resolve("debian/build")))
                .contains("put 0640 deploy/systemd/signer.env", "put 0640 deploy/systemd/java-options");
    }

    @Test
    void everyVariableOfTheExamplesIsASetting() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "reference", "configuration.md"));
        Matcher variable =
                Pattern.compile("(?m)^#?([A-Z0-9_]+)=").matcher(Files.readString(DEPLOY.resolve("systemd/signer.env")));
        Set<String> names = new TreeSet<>();
        while (variable.find()) {
            names.add(variable.group(1));
        }
        assertThat(names).hasSizeGreaterThan(15).contains("SIGNING_KEYSTORE", "HSM_PIN_FILE");
        names.remove("SOFTHSM2_CONF");
        names.addAll(environment("docker/docker-compose.yml").propertyNames());
        assertThat(names).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    private static JsonNode environment(String composeFile) {
        return new YAMLMapper()
                .readTree(DEPLOY.resolve(composeFile).toFile())
                .at("/services/signing-service/environment");
    }

    /** {@code scripts/check-peers} renders the chart with Helm. */
    @Test
    void theChartHasTheVersionOfTheProjectAndTheSameRulesAndDashboard() throws IOException {
        Matcher version =
                Pattern.compile("<version>(.+?)</version>").matcher(Files.readString(Path.of("..", "pom.xml")));
        assertThat(version.find()).isTrue();
        JsonNode chart = new YAMLMapper().readTree(CHART.resolve("Chart.yaml").toFile());
        assertThat(chart.path("version").asString()).isEqualTo(version.group(1));
        assertThat(chart.path("appVersion").asString()).isEqualTo(version.group(1));
        assertThat(CHART.resolve("files/signer-alerts.yml")).isSymbolicLink().hasSameBinaryContentAs(RULES);
        assertThat(CHART.resolve("files/signer-dashboard.json"))
                .isSymbolicLink()
                .hasSameBinaryContentAs(DASHBOARD);
    }

    @Test
    void theBaseOfTheImagesIsPinned() throws IOException {
        Set<String> stages = new HashSet<>();
        Matcher from = Pattern.compile("(?m)^FROM (\\S+) AS (\\S+)$")
                .matcher(Files.readString(DEPLOY.resolve("docker/Dockerfile")));
        while (from.find()) {
            if (!stages.contains(from.group(1))) {
                assertThat(from.group(1)).containsPattern("^[^@]+@sha256:[0-9a-f]{64}$");
            }
            stages.add(from.group(2));
        }
        assertThat(stages).contains("service", "softhsm", "document-engine-stand-in");
    }
}
