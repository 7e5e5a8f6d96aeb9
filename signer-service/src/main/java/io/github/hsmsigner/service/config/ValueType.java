package io.github.hsmsigner.service.config;

import io.github.hsmsigner.access.RateLimit;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.HttpAddress;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type of one text: the expected form, such as {@code a number from 1 to 9}, the parser, and whether the effective
 * configuration masks the text because it may contain a secret. Immutable.
 */
record ValueType<T>(String expected, Parser<T> parser, boolean secret) implements SettingType<T> {

    private static final List<String> SIZE_UNITS = List.of("B", "KiB", "MiB", "GiB");
    private static final List<String> TIME_UNITS = List.of("ms", "s", "m", "h", "d");
    private static final long[] MILLIS = {1, 1_000, 60_000, 3_600_000, 86_400_000};

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?(B|KiB|MiB|GiB)?");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h|d)");
    private static final Pattern RATE_TEXT = Pattern.compile("([0-9]{1,9})/(.*)");

    static final ValueType<Long> UNSIGNED =
            of("an unsigned 64-bit number, decimal such as 5 or hexadecimal such as 0x5", text -> {
                boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
                String digits = hexadecimal ? text.substring(2) : text;
                require(!digits.startsWith("+"));
                return Long.parseUnsignedLong(digits, hexadecimal ? 16 : 10);
            });

    static final ValueType<Boolean> TRUTH = of("true or false", text -> {
        require(text.equals("true") || text.equals("false"));
        return text.equals("true");
    });

    static final ValueType<Path> PATH = of("a path", ValueType::toPath);

    /** An existing file. */
    static final ValueType<Path> FILE = of("a readable file", text -> {
        Path file = toPath(text);
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new Refusal("names " + file + ", which is not a readable file");
        }
        return file;
    });

    /**
     * An existing file. Problems show its name only if its directory exists. Otherwise the name may
     * be the secret itself, by mistake.
     */
    static final ValueType<Path> SECRET_FILE = of("a readable file", text -> {
        Path file = toPath(text);
        if (Files.isDirectory(file)) {
            throw new Refusal("names " + file + ", which is a directory");
        }
        if (Files.exists(file) && !Files.isReadable(file)) {
            throw new Refusal("names " + file + ", which this user may not read");
        }
        if (!Files.exists(file)) {
            Path directory = file.getParent();
            boolean path = directory != null && directory.getNameCount() > 0 && Files.isDirectory(directory);
            throw new Refusal(
                    path
                            ? "names " + file + ", which does not exist"
                            : "does not name a readable file; the text is not shown, because it could be the secret");
        }
        return file;
    });

    static final ValueType<byte[]> HEXADECIMAL =
            of("hexadecimal, with an even number of digits, such as 0a1b", HexFormat.of()::parseHex);

    static final ValueType<Pkcs11Uri> PKCS11_URI = of("a PKCS#11 URI (RFC 7512)", text -> {
        try {
            return Pkcs11Uri.parse(text);
        } catch (InvalidConfigurationException e) {
            // Its message shows no value.
            throw new Refusal(
                    "is no PKCS#11 URI that can be used. " + e.getMessage().replaceFirst("\\.$", ""));
        }
    });

    private static final String HTTP_ADDRESS_FORM = "an http or https address without user and password";

    static final ValueType<URI> HTTP_ADDRESS = of(HTTP_ADDRESS_FORM, text -> {
        try {
            HttpAddress address = HttpAddress.parse(text);
            if (address.hasUser()) {
                throw new Refusal("must be " + HTTP_ADDRESS_FORM);
            }
            return address.uri();
        } catch (IllegalArgumentException e) {
            // Its message shows no part of the value.
            throw new Refusal("must be " + HTTP_ADDRESS_FORM + ", but " + e.getMessage());
        }
    });

    static final ValueType<String> OID = matching("[0-2](\\.(0|[1-9][0-9]*))+", "an object identifier such as 1.2.3.4");

    static final ValueType<String> HOST =
            matching("[A-Za-z0-9._:%\\[\\]-]+", "an address of this machine, such as 127.0.0.1, ::1 or localhost");

    /** A host in the address of a request. */
    static final ValueType<String> HOST_NAME =
            matching("[A-Za-z0-9._:%\\[\\]-]+", "a host name or IP address without a port, such as signing-service");

    /** An operator's own name for a part of the settings. */
    static final ValueType<String> NAME = matching(
            "[\\p{L}\\p{N}\\p{P}\\p{S} &&[^\"\\\\]]{1,200}",
            "1 to 200 printable characters without quotation marks and backslashes");

    static final ValueType<String> URL_PATH = matching("(/[A-Za-z0-9._~-]+)+", "a path such as /sign");

    static final ValueType<RateLimit> RATE = of("signatures in a time of 1s to 1d, such as 100/1m", text -> {
        Matcher rate = match(RATE_TEXT, text);
        try {
            return new RateLimit(Integer.parseInt(rate.group(1)), parseDuration(rate.group(2)));
        } catch (InvalidConfigurationException e) {
            throw new IllegalArgumentException(e);
        }
    });

    /** Makes a value of a text. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws Refusal;
    }

    /** A text cannot be used. The message is the rest of a sentence that begins with where the text is. */
    static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private Refusal(String predicate) {
            super(predicate, null, false, false);
        }
    }

    @Override
    public ParsedValue<T> parse(RawValue raw, ReadContext context) {
        Optional<String> text = Interpolation.text(raw, context, expected);
        Optional<T> value = text.flatMap(found -> parse(found, raw.where(), context.problems()));
        return value.isPresent()
                ? ParsedValue.of(value.get(), raw, secret ? SecretType.MASK : YamlValue.Scalar.of(text.get()))
                : ParsedValue.unusable(raw);
    }

    /** Returns the value of a text; reports a problem if it has none. */
    Optional<T> parse(String text, String where, Problems problems) {
        try {
            return Optional.of(parser.parse(text));
        } catch (Refusal refusal) {
            problems.add(where, refusal.getMessage());
            return Optional.empty();
        }
    }

    private static <T> ValueType<T> of(String expected, Parser<T> parser) {
        return new ValueType<>(
                expected,
                text -> {
                    try {
                        return parser.parse(text);
                    } catch (IllegalArgumentException e) {
                        // The message of the exception may repeat the text.
                        throw new Refusal("must be " + expected);
                    }
                },
                false);
    }

    ValueType<T> masked() {
        return new ValueType<>(expected, parser, true);
    }

    private static void require(boolean met) {
        if (!met) {
            throw new IllegalArgumentException();
        }
    }

    private static Matcher match(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        require(matcher.matches());
        return matcher;
    }

    static ValueType<String> text(String what) {
        return of(what, text -> text);
    }

    private static ValueType<String> matching(String pattern, String expected) {
        Pattern compiled = Pattern.compile(pattern);
        return of(expected, text -> match(compiled, text).group());
    }

    static ValueType<Integer> number(int min, int max) {
        return of("a number from " + min + " to " + max, text -> {
            int number = Integer.parseInt(text);
            require(number >= min && number <= max);
            return number;
        });
    }

    /** Returns the type of a number of bytes. */
    static ValueType<Long> size(long min, long max) {
        String range = max == Long.MAX_VALUE ? "at least " + min : "from " + min + " to " + max;
        return of("a size in bytes, " + range + ", such as 65536 or 64KiB", text -> {
            Matcher size = match(SIZE, text);
            long number = Long.parseLong(size.group(1));
            long factor = size.group(2) == null ? 1 : 1L << 10 * SIZE_UNITS.indexOf(size.group(2));
            require(number <= Long.MAX_VALUE / factor && number * factor >= min && number * factor <= max);
            return number * factor;
        });
    }

    static ValueType<Duration> duration(Duration min, Duration max) {
        return of("a duration from " + text(min) + " to " + text(max) + ", such as 500ms, 30s or 5m", text -> {
            Duration duration = parseDuration(text);
            require(duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0);
            return duration;
        });
    }

    private static Duration parseDuration(String text) {
        Matcher duration = match(DURATION, text);
        return Duration.ofMillis(Long.parseLong(duration.group(1)) * MILLIS[TIME_UNITS.indexOf(duration.group(2))]);
    }

    /** Returns the shortest text for a duration. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        int unit = millis == 0 ? TIME_UNITS.indexOf("s") : MILLIS.length - 1;
        while (millis % MILLIS[unit] != 0) {
            unit--;
        }
        return millis / MILLIS[unit] + TIME_UNITS.get(unit);
    }

    /** Returns the type of the names of an enumeration, in any case, with hyphens or underscores. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        return oneOf(type, EnumSet.allOf(type));
    }

    /** Returns the type of the names of an enumeration, of which only the listed ones are shown. The others are old. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type, Set<E> listed) {
        return oneOf(Arrays.asList(type.getEnumConstants()), constant -> plain(constant.name()), listed::contains);
    }

    /** Returns the type of some names, in any case. The value is the name as it is listed. */
    static ValueType<String> oneOf(String... names) {
        return oneOf(List.of(names), Function.identity(), name -> true);
    }

    private static <T> ValueType<T> oneOf(List<T> values, Function<T, String> name, Predicate<T> listed) {
        List<String> names = values.stream().filter(listed).map(name).toList();
        String expected =
                names.size() == 2 ? names.get(0) + " or " + names.get(1) : "one of " + String.join(", ", names);
        return of(
                expected,
                text -> values.stream()
                        .filter(value -> plain(name.apply(value)).equals(plain(text)))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new));
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Path toPath(String text) throws Refusal {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new Refusal(
                    "does not hold a path that the charset of the locale can express; set LANG=C.UTF-8 if it has"
                            + " characters that are not ASCII");
        }
    }
}
