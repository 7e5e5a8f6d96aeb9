package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Finds characters that Java could not decode in arguments and environment variables. Without a locale Java decodes
 * ASCII only and puts U+FFFD in place of all else: in labels, subjects and PINs. Stateless and thread-safe.
 */
final class LostCharacters {

    private static final Pattern SETTING = Pattern.compile("(HSM|SIGNING)_[A-Z0-9_]*");

    private LostCharacters() {}

    /**
     * Returns a sentence for each argument and setting with lost characters; none has a value, which could be secret.
     */
    static List<String> find(String[] arguments, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (LocaleCharset.lostCharacters(arguments[i])) {
                problems.add(sentence("Argument " + (i + 1)));
            }
        }
        new TreeMap<>(environment).forEach((name, value) -> {
            if (SETTING.matcher(name).matches() && LocaleCharset.lostCharacters(value)) {
                problems.add(sentence("The environment variable " + name));
            }
        });
        return problems;
    }

    private static String sentence(String subject) {
        return subject + " " + LocaleCharset.cannotDecode() + ".";
    }
}
