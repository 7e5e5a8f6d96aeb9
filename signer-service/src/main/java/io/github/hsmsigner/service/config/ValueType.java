package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.HttpAddress;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.auth.RateLimit;
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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type of texts: the expected form and the value. Immutable.
 *
 * @param <T> the type of the value
 * @param expected the expected form, such as {@code a number from 1 to 9}
 * @param reader makes the value
 */
record ValueType<T>(String expected, Reader<T> reader) {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?(B|KiB|MiB|GiB)?");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h|d)");
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9})/(.*)");
    private static final Pattern OID = Pattern.compile("[0-2](\\.(0|[1-9][0-9]*))+");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%\\[\\]-]+");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S} &&[^\"\\\\]]{1,200}");
    private static final Pattern URL_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** Makes a value of a text. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String text) throws Refusal;
    }

    /** A text cannot be used. */
    static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private Refusal(String predicate) {
            super(predicate, null, false, false);
        }
    }

    /**
     * Returns the value of a text.
     *
     * @throws Refusal whose message is the rest of a sentence that begins with where the text is
     */
    T read(String text) throws Refusal {
        return reader.read(text);
    }

    private static <T> ValueType<T> of(String expected, Reader<T> reader) {
        return new ValueType<>(expected, text -> {
            try {
                return reader.read(text);
            } catch (IllegalArgumentException e) {
                // The message of the exception may repeat the text.
                throw new Refusal("must be " + expected);
            }
        });
    }

    private static void require(boolean met) {
        if (!met) {
            throw new IllegalArgumentException();
        }
    }

    static ValueType<String> text(String what) {
        return of(what, text -> text);
    }

    private static ValueType<String> matching(String expected, Pattern pattern) {
        return of(expected, text -> {
            require(pattern.matcher(text).matches());
            return text;
        });
    }

    static ValueType<Integer> number(int min, int max) {
        return of("a number from " + min + " to " + max, text -> {
            int number = Integer.parseInt(text);
            require(number >= min && number <= max);
            return number;
        });
    }

    /** Returns the type of an unsigned number of 64 bits. */
    static ValueType<Long> unsigned() {
        return of("an unsigned 64-bit number, decimal such as 5 or hexadecimal such as 0x5", text -> {
            boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
            String digits = hexadecimal ? text.substring(2) : text;
            require(!digits.startsWith("+"));
            return Long.parseUnsignedLong(digits, hexadecimal ? 16 : 10);
        });
    }

    /** Returns the type of a number of bytes. */
    static ValueType<Long> size(long min, long max) {
        String range = max == Long.MAX_VALUE ? "at least " + min : "from " + min + " to " + max;
        return of("a size in bytes, " + range + ", such as 65536 or 64KiB", text -> {
            Matcher size = SIZE.matcher(text);
            require(size.matches());
            long factor = switch (size.group(2) == null ? "B" : size.group(2)) {
                case "KiB" -> 1L << 10;
                case "MiB" -> 1L << 20;
                case "GiB" -> 1L << 30;
                case "B" -> 1;
                default -> throw new IllegalStateException("Unknown unit of a size: " + size.group(2));
            };
            long number = Long.parseLong(size.group(1));
            require(number <= Long.MAX_VALUE / factor);
            require(number * factor >= min && number * factor <= max);
            return number * factor;
        });
    }

    static ValueType<Duration> duration(Duration min, Duration max) {
        return of("a duration from " + shortest(min) + " to " + shortest(max) + ", such as 500ms, 30s or 5m", text -> {
            Duration duration = parseDuration(text);
            require(duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0);
            return duration;
        });
    }

    private static Duration parseDuration(String text) {
        Matcher parts = DURATION.matcher(text);
        require(parts.matches());
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> throw new IllegalStateException("Unknown unit of a duration: " + parts.group(2));
        };
    }

    private static String shortest(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    static ValueType<Boolean> truth() {
        return of("true or false", text -> {
            require(text.equals("true") || text.equals("false"));
            return text.equals("true");
        });
    }

    /** Returns the type of the names of an enumeration, in any case, with hyphens or underscores. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        return oneOf(EnumSet.allOf(type), type);
    }

    /** Returns the type of constants. It reads all constants and names the listed ones. The others are old names. */
    static <E extends Enum<E>> ValueType<E> oneOf(Set<E> listed, Class<E> type) {
        return of(
                choice(listed.stream().map(ValueType::name).toList()),
                text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> name(constant).equals(plain(text)))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new));
    }

    /** Returns the type of some names, in any case. The value is the name as it is listed. */
    static ValueType<String> oneOf(List<String> names) {
        return of(
                choice(names),
                text -> names.stream()
                        .filter(name -> name.equalsIgnoreCase(text))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new));
    }

    private static String choice(List<String> names) {
        return names.size() == 2 ? names.get(0) + " or " + names.get(1) : "one of " + String.join(", ", names);
    }

    private static String name(Enum<?> constant) {
        return plain(constant.name());
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static ValueType<Path> path() {
        return of("a path", ValueType::toPath);
    }

    /** Returns the type of an existing file. */
    static ValueType<Path> file() {
        return of("a readable file", text -> {
            Path file = toPath(text);
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new Refusal("names " + file + ", which is not a readable file");
            }
            return file;
        });
    }

    /**
     * Returns the type of an existing file. Problems show its name only if its directory exists. Otherwise the name may
     * be the secret itself, by mistake.
     */
    static ValueType<Path> secretFile() {
        return of("a readable file", text -> {
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

    static ValueType<byte[]> hexadecimal() {
        return of("hexadecimal, with an even number of digits, such as 0a1b", HexFormat.of()::parseHex);
    }

    static ValueType<Pkcs11Uri> pkcs11Uri() {
        return new ValueType<>("a PKCS#11 URI (RFC 7512)", text -> {
            try {
                return Pkcs11Uri.parse(text);
            } catch (InvalidConfigurationException e) {
                // Its message shows no value.
                throw new Refusal(
                        "is no PKCS#11 URI that can be used. " + e.getMessage().replaceFirst("\\.$", ""));
            }
        });
    }

    static ValueType<URI> httpAddress() {
        return new ValueType<>("an http or https address without user and password", text -> {
            try {
                HttpAddress address = HttpAddress.parse(text);
                if (address.hasUser()) {
                    throw new Refusal("must be an http or https address without user and password");
                }
                return address.uri();
            } catch (IllegalArgumentException e) {
                // Its message shows no part of the value.
                throw new Refusal("must be an http or https address without user and password, but " + e.getMessage());
            }
        });
    }

    static ValueType<String> oid() {
        return matching("an object identifier such as 1.2.3.4", OID);
    }

    static ValueType<String> host() {
        return matching("an address of this machine, such as 127.0.0.1, ::1 or localhost", HOST);
    }

    /** Returns the type of a host in the address of a request. */
    static ValueType<String> hostName() {
        return matching("a host name or IP address without a port, such as signing-service", HOST);
    }

    /** Returns the type of an operator's own name for a part of the settings. */
    static ValueType<String> name() {
        return matching("1 to 200 printable characters without quotation marks and backslashes", NAME);
    }

    static ValueType<String> urlPath() {
        return matching("a path such as /sign", URL_PATH);
    }

    static ValueType<RateLimit> rate() {
        return of("signatures in a time of 1s to 1d, such as 100/1m", text -> {
            Matcher rate = RATE.matcher(text);
            require(rate.matches());
            try {
                return new RateLimit(Integer.parseInt(rate.group(1)), parseDuration(rate.group(2)));
            } catch (InvalidConfigurationException e) {
                throw new IllegalArgumentException();
            }
        });
    }
}
