import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.hsmsigner.service.config.SettingEffects;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Proves that the tests of the settings notice a service that ignores a setting. The class path begins with a variant of the service
 * that ignores the setting which a file names. Each test must fail with this variant, and pass afterwards if no setting is ignored.
 */
public final class SettingsProof {

    /** A test that failed has left something in this process; another process is to go on. */
    private static final int CONTINUE = 3;

    private final Launcher launcher = LauncherFactory.create();
    private final PrintStream out;
    private final Path ignored;
    private final Path result;

    private SettingsProof(PrintStream out, Path ignored, Path result) {
        this.out = out;
        this.ignored = ignored;
        this.result = result;
    }

    /**
     * Runs the tests of all settings that are not in the result yet.
     *
     * @param arguments the file that names the ignored setting, the file for the result, and parts of the names of settings
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        // What the tests log.
        System.setOut(System.err);
        List<String> parts = List.of(arguments).subList(2, arguments.length);
        List<String> settings = SettingEffects.settings().stream()
                .filter(name -> parts.isEmpty() || parts.stream().anyMatch(name::contains))
                .toList();
        System.exit(new SettingsProof(out, Path.of(arguments[0]), Path.of(arguments[1])).prove(settings));
    }

    private int prove(List<String> settings) throws IOException {
        Map<String, List<Method>> tests = SettingEffects.tests();
        boolean first = true;
        for (String setting : settings) {
            if (!tests.containsKey(setting)) {
                add(setting, "-", "NO TEST");
            }
            for (Method method : tests.getOrDefault(setting, List.of())) {
                String test = method.getDeclaringClass().getSimpleName() + "#" + method.getName();
                if (isDone(setting, test)) {
                    continue;
                }
                Files.writeString(ignored, setting);
                TestExecutionSummary without = run(method);
                Files.delete(ignored);
                TestExecutionSummary with = run(method);
                if (!passes(with) && !first) {
                    return CONTINUE;
                }
                first = false;
                add(setting, test, verdict(without, with));
            }
        }
        return Files.readAllLines(result).stream().allMatch(line -> line.contains(" yes: ")) ? 0 : 1;
    }

    private static String verdict(TestExecutionSummary without, TestExecutionSummary with) {
        if (!passes(with)) {
            return "FAILS EVEN IF NOTHING IS IGNORED: " + reason(with);
        }
        return passes(without) ? "NO" : "yes: " + reason(without);
    }

    private boolean isDone(String setting, String test) throws IOException {
        return Files.readAllLines(result).stream()
                .map(line -> line.split(" +"))
                .anyMatch(words -> words[0].equals(setting) && words[1].equals(test));
    }

    private TestExecutionSummary run(Method method) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectMethod(method.getDeclaringClass(), method))
                        .build(),
                listener);
        return listener.getSummary();
    }

    private static boolean passes(TestExecutionSummary summary) {
        return summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 0;
    }

    private static String reason(TestExecutionSummary summary) {
        return summary.getFailures().isEmpty()
                ? "no test ran"
                : summary.getFailures().get(0).getException().toString().replaceAll("\\s+", " ");
    }

    private void add(String setting, String test, String verdict) throws IOException {
        String line = "%-55s %-90s %s".formatted(setting, test, verdict);
        Files.writeString(result, line + "\n", StandardOpenOption.APPEND);
        out.println(line.length() > 300 ? line.substring(0, 300) : line);
    }
}
