package io.github.hsmsigner.pkcs11.contract;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.params.ParameterizedTest;

/** Writes what was shown on a token, and what the token does not offer, to a file in {@code target/contract}. */
final class ContractReport implements InvocationInterceptor, TestWatcher, AfterAllCallback {

    private static final Path DIRECTORY = Path.of("target", "contract");

    private static final int LINE_LENGTH = 120;

    private final Supplier<String> fileName;
    private final Set<String> facts = new LinkedHashSet<>();
    private final Map<String, Set<String>> shown = new TreeMap<>();
    private final Set<String> notOffered = new LinkedHashSet<>();
    private final Set<String> gaps = new HashSet<>();
    private final Set<String> failed = new LinkedHashSet<>();

    ContractReport(Supplier<String> fileName) {
        this.fileName = fileName;
    }

    /** Notes what the reader of the report should know besides. */
    void fact(String text) {
        facts.add(text);
    }

    /** What a test throws when the token does not offer what it would show. That is a finding and no failure; the gap is reported. */
    static final class NotOffered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotOffered(String gap) {
            super(gap);
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        intercept(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        intercept(invocation, context);
    }

    private void intercept(Invocation<Void> invocation, ExtensionContext context) throws Throwable {
        try {
            invocation.proceed();
        } catch (NotOffered e) {
            notOffered.add(e.getMessage());
            gaps.add(context.getUniqueId());
        }
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        if (gaps.contains(context.getUniqueId())) {
            return;
        }
        shown.computeIfAbsent(title(context), t -> new LinkedHashSet<>());
        oneCase(context).ifPresent(shown.get(title(context))::add);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        failed.add(title(context) + oneCase(context).map(c -> ": " + c).orElse("") + "\n      "
                + String.valueOf(cause.getMessage()).strip().lines().findFirst().orElse(cause.toString()));
    }

    private static String title(ExtensionContext context) {
        return isOneCase(context) ? context.getParent().orElseThrow().getDisplayName() : context.getDisplayName();
    }

    private static Optional<String> oneCase(ExtensionContext context) {
        return isOneCase(context) ? Optional.of(context.getDisplayName()) : Optional.empty();
    }

    private static boolean isOneCase(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(ParameterizedTest.class);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        context.getExecutionException().ifPresent(e -> failed.add(e.getMessage()));
        StringBuilder text = new StringBuilder();
        facts.forEach(fact -> text.append(fact).append('\n'));
        text.append("\nShown:").append(shown.isEmpty() ? " nothing\n" : "\n");
        shown.forEach((title, cases) -> append(text, title, cases));
        section(text, "Not offered by the token", notOffered);
        section(text, "FAILED", failed);
        Files.createDirectories(DIRECTORY);
        Files.writeString(DIRECTORY.resolve(fileName.get() + ".txt"), text);
    }

    private static void append(StringBuilder text, String title, Set<String> cases) {
        StringBuilder line = new StringBuilder("  " + title);
        String separator = ": ";
        for (String each : cases) {
            line.append(separator);
            if (line.length() + each.length() > LINE_LENGTH) {
                text.append(line.toString().stripTrailing()).append('\n');
                line = new StringBuilder("      ");
            }
            line.append(each);
            separator = ", ";
        }
        text.append(line).append('\n');
    }

    private static void section(StringBuilder text, String title, Set<String> lines) {
        text.append('\n').append(title).append(lines.isEmpty() ? ": nothing\n" : ":\n");
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }
}
