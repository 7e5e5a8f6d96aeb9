package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deployed service has the defaults of the code, except for the settings that a test names. No check and no limit is
 * switched off to be faster.
 */
class DeployedSettingsTest {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Path UNIT = DEPLOY.resolve("systemd/signer.service");
    private static final Path COMMAND = DEPLOY.resolve("debian/signer-service");
    private static final Path VARIABLES = DEPLOY.resolve("systemd/signer.env");
    private static final Path DOCKERFILE = DEPLOY.resolve("docker/Dockerfile");
    private static final List<Path> OPTIONS =
            List.of(DEPLOY.resolve("systemd/java-options"), DEPLOY.resolve("docker/java-options"));

    /** The variables that are for glibc and for the charset. */
    private static final List<String> OF_THE_PLATFORM = List.of("LANG", "LC_ALL", "MALLOC_ARENA_MAX");

    private static final Map<String, String> WARM_UP = Map.of("server.warm-up-requests", "30000");

    private static final Pattern IN_UNIT = Pattern.compile("(?m)^Environment=(\\w+)=(.*)$");
    private static final Pattern STAGE = Pattern.compile("(?m)^FROM (\\S+) AS (\\S+)$");
    private static final Pattern IN_STAGE = Pattern.compile("(?m)^ENV (\\w+)=(\\S*)$");

    @TempDir
    private static Path directory;

    private static SettingsFiles files;
    private static Map<String, String> defaults;

    @BeforeAll
    static void readDefaults() throws Exception {
        files = SettingsFiles.write(directory);
        defaults = settings(Map.of());
    }

    @Test
    void theCommandOfThePackageChangesOnlyTheWarmUp() throws Exception {
        assertThat(differences(startedByUnit(Optional.empty()))).isEqualTo(WARM_UP);
    }

    @Test
    void theVariablesOfThePackageChangeOnlyAddressesTheAuditLogAndRulesThatAreStricter() throws Exception {
        Map<String, String> expected = new HashMap<>(WARM_UP);
        expected.put("server.address", "127.0.0.1");
        expected.put("server.admin.address", "127.0.0.1");
        expected.put("server.admin.port", "6001");
        expected.put("audit.file", "/var/log/signer/audit.jsonl");
        expected.put("signatures.raw-data", "signed-attributes");
        expected.put("access.token-secret", "{file=" + directory.resolve("signing-token") + "}");
        assertThat(differences(startedByUnit(Optional.of(Files.readString(VARIABLES)))))
                .isEqualTo(expected);
    }

    @Test
    void theImageChangesOnlyTheWarmUp() throws Exception {
        assertThat(differences(inImage("service"))).isEqualTo(WARM_UP);
    }

    /** Properties would bypass the settings, and the virtual machine can skip the verification of classes. */
    @Test
    void optionsOfTheVirtualMachineSwitchNoCheckOff() throws IOException {
        for (Path file : List.of(OPTIONS.get(0), OPTIONS.get(1), COMMAND, UNIT, DOCKERFILE)) {
            String text = Files.readString(file).replaceAll("(?m)^\\s*#.*$", "");
            assertThat(Pattern.compile("(?m)(?<=^|[\\s\"(])-D[^=\\s\"]+")
                            .matcher(text)
                            .results())
                    .as("system properties of %s", file)
                    .extracting(property -> property.group())
                    .isSubsetOf("-Djava.library.path");
            assertThat(text).doesNotContainPattern("(?i)-Xverify|-noverify|BytecodeVerification|JAVA_(TOOL_)?OPTIONS");
        }
    }

    private static Map<String, String> differences(Map<String, String> environment) throws Exception {
        Map<String, String> deployed = settings(environment);
        assertThat(deployed.keySet()).containsAll(defaults.keySet());
        deployed.entrySet().removeIf(setting -> setting.getValue().equals(defaults.get(setting.getKey())));
        return deployed;
    }

    /** Returns all settings of a service with a key in a file, as its reader understands the variables. */
    private static Map<String, String> settings(Map<String, String> environment) throws Exception {
        Map<String, String> variables = files.inKeyStore();
        environment.forEach((name, value) -> {
            if (!OF_THE_PLATFORM.contains(name)) {
                assertThat(ServiceSettings.variables()).contains(name);
                variables.put(name, value);
            }
        });
        Map<String, String> settings = new TreeMap<>();
        add("", SettingsReader.values(variables), settings);
        assertThat(settings)
                .containsEntry("signatures.verify-after-sign", "true")
                .containsKeys("signatures.deadline", "signatures.queue.max-waiting")
                .containsKeys("server.limits.max-requests", "audit.rotate-at", "signatures.certificate-validity");
        return settings;
    }

    private static void add(String prefix, SectionValues values, Map<String, String> settings) {
        for (Setting<?> setting : values.section().settings()) {
            String name = prefix + setting.name();
            Object value = values.get(setting).map(Object.class::cast).orElse("not set");
            if (value instanceof SectionValues inner) {
                add(name + ".", inner, settings);
            } else if (value instanceof Map<?, ?> named && setting.type() instanceof SettingType.OfNames) {
                named.forEach((key, inner) -> add(name + "." + key + ".", (SectionValues) inner, settings));
            } else {
                settings.put(
                        name,
                        values.parsed(setting)
                                .flatMap(SectionValues.ParsedValue::shown)
                                .map(DeployedSettingsTest::text)
                                .orElse("not set"));
            }
        }
    }

    private static String text(YamlValue value) {
        if (value instanceof YamlValue.Fields fields) {
            return fields.values().entrySet().stream()
                    .map(field -> field.getKey() + "=" + text(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof YamlValue.Items items) {
            return items.values().stream()
                    .map(DeployedSettingsTest::text)
                    .toList()
                    .toString();
        }
        return ((YamlValue.Scalar) value).text();
    }

    /** Runs the command with the environment of the unit, and returns the environment in which it would run Java. */
    private static Map<String, String> startedByUnit(Optional<String> variables) throws Exception {
        Path programs = Files.createTempDirectory(directory, "programs");
        program(programs.resolve("java"), "exec /usr/bin/env -0");
        program(programs.resolve("id"), "echo 1000");
        Path command = Files.writeString(
                programs.resolve("signer-service"), Files.readString(COMMAND).replace("/etc/signer/", programs + "/"));
        if (variables.isPresent()) {
            Files.writeString(directory.resolve("signing-token"), SettingsFiles.SECRET);
            Files.writeString(programs.resolve("signer.env"), variables.get().replace("/etc/signer/", directory + "/"));
        }
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", command.toString(), "serve");
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", programs + ":/usr/bin:/bin");
        IN_UNIT.matcher(Files.readString(UNIT)).results().forEach(set -> environment.put(set.group(1), set.group(2)));
        Process process =
                builder.redirectError(programs.resolve("errors").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(Files.readString(programs.resolve("errors")))
                .isZero();
        Map<String, String> result = new HashMap<>();
        for (String variable : output.split("\0")) {
            String[] parts = variable.split("=", 2);
            result.put(parts[0], parts[1]);
        }
        result.keySet().removeAll(List.of("PATH", "PWD", "SHLVL", "_"));
        return result;
    }

    private static void program(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Returns the variables of a stage, and of the stages that it builds on. */
    private static Map<String, String> inImage(String stage) throws IOException {
        String file = Files.readString(DOCKERFILE);
        Map<String, String> bases = new HashMap<>();
        Map<String, String> instructions = new HashMap<>();
        Matcher from = STAGE.matcher(file);
        for (boolean found = from.find(); found; ) {
            String name = from.group(2);
            bases.put(name, from.group(1));
            int start = from.end();
            found = from.find();
            instructions.put(name, file.substring(start, found ? from.start() : file.length()));
        }
        Map<String, String> variables = new HashMap<>();
        for (String name = stage; instructions.containsKey(name); name = bases.get(name)) {
            String text = instructions.get(name);
            IN_STAGE.matcher(text).results().forEach(set -> variables.putIfAbsent(set.group(1), set.group(2)));
            assertThat(text.lines().filter(line -> line.startsWith("ENV ")))
                    .as("variables that are not of the form ENV NAME=VALUE")
                    .allMatch(IN_STAGE.asMatchPredicate());
        }
        assertThat(variables).containsKeys("LANG");
        return variables;
    }
}
