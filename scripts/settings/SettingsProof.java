import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.hsmsigner.http.config.SettingEffects;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Proves that the tests of the settings notice a service that ignores a setting. The class path begins with a variant of the service
 * that ignores the setting which a file names.
 */
public final class SettingsProof {

    private final Launcher launcher = LauncherFactory.create();
    private final PrintStream out;
    private final Path ignored;

    private SettingsProof(PrintStream out, Path ignored) {
        this.out = out;
        this.ignored = ignored;
    }

    /**
     * Runs the tests.
     *
     * @param arguments the file that names the ignored setting, the file for the result, and parts of the names of settings
     */
    public static void main(String[] arguments) throws IOException {
        Path ignored = Path.of(arguments[0]);
        List<String> parts = List.of(arguments).subList(2, arguments.length);
        List<String> settings = SettingEffects.settings().stream()
                .filter(name -> parts.isEmpty() || parts.stream().anyMatch(name::contains))
                .toList();
        List<String> table = new ArrayList<>();
        PrintStream out = System.out;
        // What the tests log.
        System.setOut(System.err);
        boolean good = new SettingsProof(out, ignored).prove(settings, table);
        Files.write(Path.of(arguments[1]), table);
        System.exit(good ? 0 : 1);
    }

    private boolean prove(List<String> settings, List<String> table) throws IOException {
        Map<String, List<Method>> tests = SettingEffects.tests();
        Files.deleteIfExists(ignored);
        TreeSet<String> methods = new TreeSet<>();
        boolean good = true;
        for (String setting : settings) {
            for (Method method : tests.getOrDefault(setting, List.of())) {
                if (methods.add(method.toString())) {
                    TestExecutionSummary summary = run(method);
                    boolean passes = passes(summary);
                    good &= passes;
                    if (!passes) {
                        add(table, "(none ignored)", method, "FAILS: " + reason(summary));
                    }
                }
            }
        }
        for (String setting : settings) {
            if (!tests.containsKey(setting)) {
                good = false;
                add(table, setting, null, "NO TEST");
            }
            for (Method method : tests.getOrDefault(setting, List.of())) {
                Files.writeString(ignored, setting);
                TestExecutionSummary summary = run(method);
                Files.delete(ignored);
                boolean passes = passes(summary);
                good &= !passes;
                add(table, setting, method, passes ? "NO" : "yes: " + reason(summary));
            }
        }
        return good;
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

    private void add(List<String> table, String setting, Method method, String result) {
        String test = method == null ? "-" : method.getDeclaringClass().getSimpleName() + "#" + method.getName();
        String line = "%-55s %-90s %s".formatted(setting, test, result);
        table.add(line);
        out.println(line.length() > 300 ? line.substring(0, 300) : line);
    }
}
