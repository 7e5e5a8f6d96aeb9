package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/pkcs11.md: its files are compiled with every warning an error, its commands run in one shell in their order, and what it shows of
 * logs and output must have been logged or printed. Maven's part is done by the compiler and a Java process with the class path of this test.
 */
class Pkcs11GuideTest {

    private static final Pattern RUN =
            Pattern.compile("mvn -q compile exec:java -Dexec.mainClass=(\\w+) +-Dexec.args=\"(.*)\"");
    private static final Pattern SERVICE = Pattern.compile("(.*)java -jar \\S*/signer-service.jar");
    private static final String LOG = "service.log";
    private static final String AWAIT_SERVICE = """
            trap "kill $!" EXIT
            for attempt in $(seq 300); do
              port=$(sed -n 's#.*Listening on http://0.0.0.0:\\([0-9]*\\)/.*#\\1#p' service.log 2>/dev/null || true)
              if [ -n "$port" ]; then break; fi
              sleep 0.1
            done
            """;

    /** What the page cannot show being run: preparations of the machine. */
    private static final Pattern PREPARATION = Pattern.compile("sudo apt-get .*|mvn -Pquick package");

    @TempDir
    private Path directory;

    private final Guide guide = Guide.read("pkcs11.md");

    @Test
    void everyStepWorksAndSaysWhatIsShown() throws IOException {
        for (Map.Entry<String, String> file : guide.files().entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        GuideCompiler.compile(
                directory.resolve("classes"),
                guide.files().keySet().stream().map(directory::resolve).toList());

        String output = ExternalTool.runOrFail("env", "-C", directory.toString(), "sh", "-c", script());
        assertThat(output)
                .contains("RSA-PKCS, keySize=", "ECDSA, keySize=", "EDDSA, keySize=")
                .contains("label:      contracts")
                .contains("CMS Verification successful")
                .contains("In use: 2 of 2");
        assertThat(output.lines().filter("Verified OK"::equals)).hasSize(2);
        assertThat(output.lines().filter(line -> line.matches(" +label: +invoices")))
                .hasSize(3);

        List<String> said = Stream.concat(Files.readAllLines(directory.resolve(LOG)).stream(), output.lines())
                .toList();
        assertThat(guide.blocks("text").stream().flatMap(String::lines))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(said)
                        .anyMatch(found -> withGaps(line).matcher(found).find()));
    }

    @ParameterizedTest
    @ValueSource(classes = {RecoverySettings.Builder.class, Pkcs11Listener.class, CallingThread.class, PinSource.class})
    void everySettingEventAndSourceIsNamed(Class<?> type) {
        Stream<String> names = type.isEnum()
                ? Arrays.stream(type.getEnumConstants()).map(Object::toString)
                : Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                        .map(Method::getName)
                        .filter(name -> !Set.of("build", "none", "pin").contains(name));
        assertThat(names)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(guide.text()).containsPattern("`[^`]*\\b" + name + "\\b[^`]*`"));
    }

    private static Pattern withGaps(String line) {
        return Pattern.compile(
                Arrays.stream(line.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    private String script() {
        return guide.commands().stream()
                .filter(command -> !PREPARATION.matcher(command).matches())
                .map(this::adapt)
                .collect(Collectors.joining("\n", "set -eu\n", "\n"));
    }

    private String adapt(String command) {
        Matcher run = RUN.matcher(command);
        if (run.matches()) {
            return java(run.group(1), "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"))
                    + " '" + run.group(2).replace(" ", "' '") + "'";
        }
        Matcher service = SERVICE.matcher(command);
        if (service.matches()) {
            String start = service.group(1) + "SIGNING_SERVICE_PORT=0 "
                    + java("io.github.hsmsigner.service.command.Main") + " >> " + LOG + " 2>&1";
            return service.group(1).contains("nobody") ? start + " || [ $? = 2 ]" : start + " &\n" + AWAIT_SERVICE;
        }
        return command.replace(
                        "/usr/lib/softhsm/libsofthsm2.so", SoftHsm.module().toString())
                .replace("http://localhost:6000/", "http://localhost:$port/");
    }

    private String java(String mainClass, String... options) {
        return Path.of(System.getProperty("java.home"), "bin", "java") + " " + String.join(" ", options)
                + " -cp classes" + File.pathSeparator + GuideCompiler.classPath() + " " + mainClass;
    }
}
