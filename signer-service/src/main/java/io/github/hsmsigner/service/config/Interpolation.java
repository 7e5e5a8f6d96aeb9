package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces {@code ${NAME}} in a text of the file by the variable of the environment. */
final class Interpolation {

    /** {@code $$} before a brace stands for one {@code $}. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)(\\}?)");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Interpolation() {}

    /** Returns the text of a value; reports a problem if it is no text, or if a variable is missing. */
    static Optional<String> text(RawValue raw, ReadContext context, String expected) {
        if (!(raw.value() instanceof YamlValue.Scalar scalar)) {
            context.report(raw.where(), "must be " + expected);
            return Optional.empty();
        }
        if (scalar.text().isEmpty()) {
            context.report(raw.where(), "is empty; remove it or set a value");
            return Optional.empty();
        }
        return scalar.literal() ? Optional.of(scalar.text()) : replaced(scalar.text(), raw.where(), context);
    }

    private static Optional<String> replaced(String text, String where, ReadContext context) {
        Matcher reference = REFERENCE.matcher(text);
        StringBuilder filled = new StringBuilder();
        boolean complete = true;
        while (reference.find()) {
            Optional<String> value = Optional.of("${");
            if (reference.group(1) != null) {
                value = value(reference, reference.group().equals(text), where, context);
                complete &= value.isPresent();
            }
            reference.appendReplacement(filled, Matcher.quoteReplacement(value.orElse("")));
        }
        reference.appendTail(filled);
        return complete ? Optional.of(filled.toString()) : Optional.empty();
    }

    /** Shows the name of a variable only if it is the whole text. A part of a text may be part of a secret. */
    private static Optional<String> value(Matcher reference, boolean whole, String where, ReadContext context) {
        String name = reference.group(1);
        if (reference.group(2).isEmpty() || !VARIABLE.matcher(name).matches()) {
            context.report(
                    where, "has ${ that is not followed by the name of a variable and }; write $${ for a literal ${");
            return Optional.empty();
        }
        Optional<String> value = context.environment().referredTo(name);
        if (value.filter(LocaleCharset::lostCharacters).isEmpty() && value.isPresent()) {
            return value;
        }
        String variable = whole ? "the environment variable " + name + ", which " : "an environment variable that ";
        String reason = value.isEmpty() ? "is not set; $${ stands for ${ itself" : LocaleCharset.cannotDecode();
        context.report(where, "refers to " + variable + reason);
        return Optional.empty();
    }
}
