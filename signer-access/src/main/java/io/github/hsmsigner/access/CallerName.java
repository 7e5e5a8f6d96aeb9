package io.github.hsmsigner.access;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.regex.Pattern;

/** The name of a caller in logs: printable, and without text that could imitate another part of a log line. */
final class CallerName {

    static final String RULE =
            "1 to 200 printable characters without quotation marks and backslashes, and without white space at either end";

    private static final int MAX_LENGTH = 200;
    /** The categories C (control, format, surrogate, private use, unassigned), Zl and Zp of Unicode are not printable. */
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}\"\\\\]+");

    private CallerName() {}

    static boolean isValid(String name) {
        return name.length() <= MAX_LENGTH
                && name.equals(name.strip())
                && PRINTABLE.matcher(name).matches();
    }

    /** Returns the name, if it is one. */
    static String check(String name) {
        if (!isValid(name)) {
            throw new InvalidConfigurationException("The name of a caller must be " + RULE + ".");
        }
        return name;
    }
}
