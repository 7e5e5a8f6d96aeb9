package io.github.hsmsigner.core.internal.secret;

import java.nio.charset.Charset;

/**
 * The charset of the locale: Java decodes arguments and environment variables with it, and encodes paths and the arguments of programs
 * that it starts. Without a locale it is ASCII. Stateless and thread-safe.
 */
public final class LocaleCharset {

    private static final char REPLACEMENT = '\uFFFD';
    private static final Charset CHARSET = charset();

    private LocaleCharset() {}

    private static Charset charset() {
        String name = System.getProperty("sun.jnu.encoding", "");
        return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    /**
     * Returns whether a text has the character U+FFFD, which Java puts in place of bytes that it cannot decode.
     *
     * @param text the value of an argument or a variable
     * @return whether it has
     */
    public static boolean lostCharacters(String text) {
        return text.indexOf(REPLACEMENT) >= 0;
    }

    /**
     * Returns whether a program that this process starts gets a text as it is.
     *
     * @param text an argument of the program
     * @return whether each character can be encoded
     */
    public static boolean canEncode(String text) {
        // Java 17 encodes arguments with the default charset, which a system property can change.
        return CHARSET.newEncoder().canEncode(text)
                && Charset.defaultCharset().newEncoder().canEncode(text);
    }

    /**
     * Completes the sentence about a text with {@link #lostCharacters lost characters}.
     *
     * @return the rest of the sentence, without its full stop
     */
    public static String cannotDecode() {
        return "has characters that the charset of the locale (" + CHARSET.name() + ") cannot decode; set LANG=C.UTF-8";
    }

    /**
     * Completes the sentence about a text that cannot be {@link #canEncode encoded}.
     *
     * @return the rest of the sentence, without its full stop
     */
    public static String cannotEncode() {
        return "has characters that the charset of the locale (" + CHARSET.name() + ") cannot encode; set LANG=C.UTF-8";
    }
}
