package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes texts out of YAML and fills in variables of the environment. */
final class Texts {

    /**
     * {@code $$} before a brace stands for one {@code $}. Otherwise {@code ${NAME}} stands for the value of the
     * variable.
     */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)(\\}?)");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Texts() {}

    /** Returns the given text; reports a problem if it is no text, or if a variable is missing. */
    static Optional<String> of(Given given, Place.Context context, String expected) {
        if (!(given.value() instanceof YamlValue.Scalar scalar)) {
            context.problems().add(given.where(), "must be " + expected);
            return Optional.empty();
        }
        if (scalar.text().isEmpty()) {
            context.problems().add(given.where(), "is empty; remove it or set a value");
            return Optional.empty();
        }
        return scalar.literal() ? Optional.of(scalar.text()) : filledIn(scalar.text(), given.where(), context);
    }

    private static Optional<String> filledIn(String text, String where, Place.Context context) {
        Matcher reference = REFERENCE.matcher(text);
        StringBuilder filled = new StringBuilder();
        boolean complete = true;
        while (reference.find()) {
            String replacement = "";
            if (reference.group(1) == null) {
                replacement = "${";
            } else if (reference.group(2).isEmpty()
                    || !VARIABLE.matcher(reference.group(1)).matches()) {
                context.problems()
                        .add(
                                where,
                                "has ${ that is not followed by the name of a variable and }; write $${ for a literal ${");
                complete = false;
            } else {
                Optional<String> value = context.environment().referredTo(reference.group(1));
                if (value.filter(found -> !LocaleCharset.lostCharacters(found)).isEmpty()) {
                    // Part of a longer text may look like a reference and be part of a secret.
                    boolean whole = reference.group().equals(text);
                    context.problems()
                            .add(
                                    where,
                                    "refers to "
                                            + (whole
                                                    ? "the environment variable " + reference.group(1) + ", which "
                                                    : "an environment variable that ")
                                            + (value.isEmpty()
                                                    ? "is not set; $${ stands for ${ itself"
                                                    : LocaleCharset.cannotDecode()));
                    complete = false;
                }
                replacement = value.orElse("");
            }
            reference.appendReplacement(filled, Matcher.quoteReplacement(replacement));
        }
        reference.appendTail(filled);
        return complete ? Optional.of(filled.toString()) : Optional.empty();
    }

    /** Returns the value of a text; reports a problem if it has none. */
    static <T> Optional<T> read(String text, ValueType<T> type, String where, Problems problems) {
        try {
            return Optional.of(type.read(text));
        } catch (ValueType.Refusal refusal) {
            problems.add(where, refusal.getMessage());
            return Optional.empty();
        }
    }

    /** Returns the given fields; reports a problem if there are none. */
    static Optional<YamlValue.Fields> fields(Given given, Problems problems) {
        if (given.value() instanceof YamlValue.Fields fields) {
            return Optional.of(fields);
        }
        problems.add(given.where(), "must hold settings as name: value");
        return Optional.empty();
    }
}
