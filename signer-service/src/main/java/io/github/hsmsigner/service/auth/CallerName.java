package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.error.InvalidConfigurationException;

/** The name of a caller in logs: printable, and without text that could imitate another part of a log line. */
final class CallerName {

    static final String RULE =
            "1 to 200 printable characters without quotation marks and backslashes, and without white space at either end";

    private static final int MAX_LENGTH = 200;

    private CallerName() {}

    static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && name.equals(name.strip())
                && name.codePoints().allMatch(CallerName::isPrintable);
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> character != '"' && character != '\\';
        };
    }

    /** Returns the name, if it is one. */
    static String check(String name) {
        if (!isValid(name)) {
            throw new InvalidConfigurationException("The name of a caller must be " + RULE + ".");
        }
        return name;
    }
}
