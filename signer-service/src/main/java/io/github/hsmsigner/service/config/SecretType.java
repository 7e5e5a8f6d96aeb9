package io.github.hsmsigner.service.config;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The type of a secret: a text, or the file, the variable or the command that it comes from. Immutable.
 *
 * @param contained makes the value of a text, which is wiped afterwards, and the name of its source
 * @param printed makes the value of a command and its time limit; {@code null} if no command may print the secret
 */
record SecretType<T>(
        String expected,
        BiFunction<char[], String, T> contained,
        Function<Path, T> inFile,
        BiFunction<List<String>, Duration, T> printed)
        implements SettingType<T> {

    /** Replaces a secret in every output. */
    static final YamlValue MASK = YamlValue.Scalar.of("****");

    /** The default time in which a command prints a PIN. A request can wait for it, so it is less than the deadline. */
    static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);

    private static final ValueType<Duration> TIMEOUT =
            ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(5));

    static final SecretType<Secret> SECRET =
            new SecretType<>("a secret", (text, source) -> Secret.of(text), Secret::inFile, null);

    /** The PIN of a token, and the file that it comes from. */
    record Pin(PinSource source, Optional<Path> file) {}

    static SecretType<Pin> pin() {
        return new SecretType<>(
                "a secret, or a command that prints it",
                (text, source) -> new Pin(PinSource.fixed(text, source), Optional.empty()),
                file -> new Pin(PinSource.file(file), Optional.of(file)),
                (command, timeout) -> new Pin(PinSource.command(command, timeout), Optional.empty()));
    }

    /** Returns the names of the variables: for the secret, and for the file that holds it. */
    @Override
    public List<String> variables(String name) {
        return List.of(name, name + "_FILE");
    }

    /** Returns the value of one of the variables; both together are a problem. */
    @Override
    public Optional<RawValue> inVariable(String name, ReadContext context) {
        String fileName = name + "_FILE";
        Optional<RawValue> secret = SettingType.super.inVariable(name, context);
        Optional<RawValue> file = SettingType.super.inVariable(fileName, context);
        if (secret.isPresent() && file.isPresent()) {
            context.report(name + " and " + fileName, "are both set; set one of them");
        }
        return secret.or(() ->
                file.map(raw -> RawValue.inVariable(fileName, YamlValue.Fields.of("file", raw.value()))));
    }

    @Override
    public ParsedValue<T> parse(RawValue raw, ReadContext context) {
        String expected = "a text, or have one of " + (printed == null ? "file and env" : "file, env and command")
                + " for the source of the secret";
        if (!(raw.value() instanceof YamlValue.Fields fields)) {
            return Interpolation.text(raw, context, expected)
                    .flatMap(text -> contained(text, raw, raw.where(), raw.where(), context))
                    .orElseGet(() -> ParsedValue.unusable(raw));
        }
        Map<String, YamlValue> parts = fields.values();
        Optional<ParsedValue<T>> parsed = Optional.empty();
        if (parts.keySet().equals(Set.of("file"))) {
            parsed = ValueType.SECRET_FILE
                    .parse(raw.part("file", parts.get("file")), context)
                    .value()
                    .map(file -> ParsedValue.of(inFile.apply(file), raw, shown("file", file.toString())));
        } else if (parts.keySet().equals(Set.of("env"))) {
            parsed = inVariable(raw, raw.part("env", parts.get("env")), context);
        } else if (printed != null
                && parts.containsKey("command")
                && Set.of("command", "timeout").containsAll(parts.keySet())) {
            parsed = printed(raw, parts, context);
        } else {
            // The names in it could be parts of the secret: a PIN with a colon and a space in it makes one.
            context.report(raw.where(), "must be " + expected);
        }
        return parsed.orElseGet(() -> ParsedValue.unusable(raw));
    }

    /** A damaged secret is a problem of the settings, so that none reaches a token. */
    private Optional<ParsedValue<T>> contained(
            String text, RawValue raw, String where, String source, ReadContext context) {
        try {
            char[] secret = SecretText.of(text);
            try {
                return Optional.of(ParsedValue.of(contained.apply(secret, source), raw, MASK));
            } finally {
                Arrays.fill(secret, '\0');
            }
        } catch (MalformedSecretException e) {
            context.report(where, e.getMessage());
            return Optional.empty();
        }
    }

    private static YamlValue shown(String name, String text) {
        return YamlValue.Fields.of(name, YamlValue.Scalar.of(text));
    }

    private Optional<ParsedValue<T>> inVariable(RawValue raw, RawValue part, ReadContext context) {
        Optional<String> name = Interpolation.text(part, context, "the name of an environment variable");
        Optional<String> value = name.flatMap(context.environment()::referredTo);
        if (name.isPresent() && value.isEmpty()) {
            context.report(part.where(), "names an environment variable that is not set");
        }
        if (value.filter(LocaleCharset::lostCharacters).isPresent()) {
            context.report(part.where(), "names an environment variable that " + LocaleCharset.cannotDecode());
            return Optional.empty();
        }
        return value.flatMap(
                text -> contained(text, raw, part.where(), "the environment variable " + name.get(), context));
    }

    private Optional<ParsedValue<T>> printed(RawValue raw, Map<String, YamlValue> parts, ReadContext context) {
        Optional<Duration> timeout = parts.containsKey("timeout")
                ? TIMEOUT.parse(raw.part("timeout", parts.get("timeout")), context)
                        .value()
                : Optional.of(COMMAND_LIMIT);
        if (!(parts.get("command") instanceof YamlValue.Items words)
                || words.values().isEmpty()) {
            context.report(raw.where(), "must have command as a list: the program, and its arguments one by one");
            return Optional.empty();
        }
        List<String> command = new ArrayList<>();
        for (YamlValue word : words.values()) {
            Interpolation.text(raw.part("command", word), context, "a list of texts")
                    .ifPresent(command::add);
        }
        if (command.size() < words.values().size() || timeout.isEmpty()) {
            return Optional.empty();
        }
        return context.problems()
                .attempt(raw.where(), () -> printed.apply(List.copyOf(command), timeout.get()))
                .map(pin -> ParsedValue.of(pin, raw, shown(command, timeout.get())));
    }

    /** The arguments may contain secrets. */
    private static YamlValue shown(List<String> command, Duration timeout) {
        List<YamlValue> words = new ArrayList<>();
        words.add(YamlValue.Scalar.of(command.get(0)));
        command.stream().skip(1).forEach(word -> words.add(MASK));
        Map<String, YamlValue> parts = new LinkedHashMap<>();
        parts.put("command", new YamlValue.Items(words, 0));
        parts.put("timeout", YamlValue.Scalar.of(timeout.toMillis() + "ms"));
        return new YamlValue.Fields(parts, 0);
    }
}
