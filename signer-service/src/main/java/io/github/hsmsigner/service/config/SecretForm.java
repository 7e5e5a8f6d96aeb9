package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.service.secret.SecretReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A secret as it was written: itself, or a file, a variable or a command that it is in. Immutable; printing it shows
 * nothing of the secret.
 */
sealed interface SecretForm {

    /** Replaces a secret in every output. */
    YamlValue MASKED = YamlValue.Scalar.of("****");

    /**
     * The default of the time that a command has to print a PIN. A request can wait for it, so it is less than the
     * deadline.
     */
    Duration COMMAND_LIMIT = Duration.ofSeconds(5);

    /** As the source of a PIN. */
    PinSource pin();

    /** As a secret; a command is none. */
    SecretReference reference();

    /** Returns how the effective configuration shows it. */
    YamlValue shown();

    /** Returns the file that it is in. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** A secret that is at hand, and where the settings have it. */
    record AtHand(SecretReference reference, String source) implements SecretForm {

        @Override
        public PinSource pin() {
            char[] pin = reference.characters();
            try {
                return PinSource.fixed(pin, source);
            } finally {
                Arrays.fill(pin, '\0');
            }
        }

        @Override
        public YamlValue shown() {
            return MASKED;
        }
    }

    /** A secret in a file. */
    record InFile(Path path) implements SecretForm {

        @Override
        public PinSource pin() {
            return PinSource.file(path);
        }

        @Override
        public SecretReference reference() {
            return SecretReference.inFile(path);
        }

        @Override
        public YamlValue shown() {
            return YamlValue.Fields.of("file", YamlValue.Scalar.of(path.toString()));
        }

        @Override
        public Optional<Path> file() {
            return Optional.of(path);
        }
    }

    /** A secret that a command prints. */
    record ByCommand(List<String> command, Duration timeout) implements SecretForm {

        @Override
        public PinSource pin() {
            return PinSource.command(command, timeout);
        }

        @Override
        public SecretReference reference() {
            throw new IllegalStateException("Only PINs come from commands");
        }

        /** The arguments may hold secrets. */
        @Override
        public YamlValue shown() {
            List<YamlValue> words = new ArrayList<>();
            words.add(YamlValue.Scalar.of(command.get(0)));
            command.stream().skip(1).forEach(word -> words.add(MASKED));
            Map<String, YamlValue> parts = new LinkedHashMap<>();
            parts.put("command", new YamlValue.Items(words, 0));
            parts.put("timeout", YamlValue.Scalar.of(timeout.toMillis() + "ms"));
            return new YamlValue.Fields(parts, 0);
        }

        @Override
        public String toString() {
            return "ByCommand[" + command.get(0) + "]";
        }
    }

    /** Returns the names of the variables: for the secret, and for the file that holds it. */
    static List<String> variables(String name) {
        return List.of(name, name + "_FILE");
    }

    /** Reads the variables; both together are a problem. */
    static Optional<Given> inVariables(String name, Place.Context context) {
        String fileName = name + "_FILE";
        Optional<String> secret = context.environment().setting(name);
        Optional<String> file = context.environment().setting(fileName);
        if (secret.isPresent() && file.isPresent()) {
            context.problems().add(name + " and " + fileName, "are both set; set one of them");
        }
        return secret.map(text -> Given.inVariable(name, YamlValue.Scalar.of(text)))
                .or(() -> file.map(
                        path -> Given.inVariable(fileName, YamlValue.Fields.of("file", YamlValue.Scalar.of(path)))));
    }

    /** Reads a secret and reports problems. */
    static Optional<SecretForm> read(Given given, Place.Context context, boolean commands) {
        String expected = "a text, or have one of "
                + (commands ? "file, env and command" : "file and env")
                + " for the source of the secret";
        if (!(given.value() instanceof YamlValue.Fields fields)) {
            return Texts.of(given, context, expected).flatMap(text -> atHand(text, given, given.where(), context));
        }
        Map<String, YamlValue> parts = fields.values();
        if (parts.keySet().equals(Set.of("file"))) {
            Given part = given.part("file", parts.get("file"));
            return Texts.of(part, context, "the path of a file")
                    .flatMap(text -> Texts.read(text, ValueType.secretFile(), part.where(), context.problems()))
                    .map(InFile::new);
        }
        if (parts.keySet().equals(Set.of("env"))) {
            return fromVariable(given.part("env", parts.get("env")), context);
        }
        if (commands
                && parts.containsKey("command")
                && Set.of("command", "timeout").containsAll(parts.keySet())) {
            return byCommand(given, parts, context);
        }
        // The names in it could be parts of the secret: a PIN with a colon and a space in it makes one.
        context.problems().add(given.where(), "must be " + expected);
        return Optional.empty();
    }

    /** A damaged secret is a problem of the settings, so that none reaches a token. */
    private static Optional<SecretForm> atHand(String text, Given given, String source, Place.Context context) {
        try {
            byte[] secret = SecretText.encode(SecretText.of(text));
            SecretReference reference = SecretReference.of(secret);
            Arrays.fill(secret, (byte) 0);
            return Optional.of(new AtHand(reference, source));
        } catch (MalformedSecretException e) {
            context.problems().add(given.where(), e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<SecretForm> fromVariable(Given part, Place.Context context) {
        Optional<String> name = Texts.of(part, context, "the name of an environment variable");
        Optional<String> value = name.flatMap(context.environment()::referredTo);
        if (name.isPresent() && value.isEmpty()) {
            context.problems().add(part.where(), "names an environment variable that is not set");
        }
        if (value.filter(LocaleCharset::lostCharacters).isPresent()) {
            context.problems().add(part.where(), "names an environment variable that " + LocaleCharset.cannotDecode());
            return Optional.empty();
        }
        return value.flatMap(text -> atHand(text, part, "the environment variable " + name.get(), context));
    }

    private static Optional<SecretForm> byCommand(Given given, Map<String, YamlValue> parts, Place.Context context) {
        ValueType<Duration> limit = ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(5));
        Optional<Duration> timeout = Optional.ofNullable(parts.get("timeout"))
                .map(value -> given.part("timeout", value))
                .map(part -> Texts.of(part, context, limit.expected())
                        .flatMap(text -> Texts.read(text, limit, part.where(), context.problems())))
                .orElse(Optional.of(COMMAND_LIMIT));
        if (!(parts.get("command") instanceof YamlValue.Items words)
                || words.values().isEmpty()) {
            context.problems()
                    .add(given.where(), "must have command as a list: the program, and its arguments one by one");
            return Optional.empty();
        }
        List<String> command = new ArrayList<>();
        for (YamlValue word : words.values()) {
            Texts.of(given.part("command", word), context, "a list of texts").ifPresent(command::add);
        }
        return command.size() < words.values().size()
                ? Optional.empty()
                : timeout.flatMap(time -> context.problems()
                        .attempt(given.where(), () -> PinSource.command(command, time))
                        .map(valid -> new ByCommand(List.copyOf(command), time)));
    }
}
