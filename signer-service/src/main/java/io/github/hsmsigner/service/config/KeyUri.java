package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.config.SectionValues.ParsedValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The URI of a key. Immutable. It may contain a secret, so printing it shows only the scheme.
 *
 * @param pkcs11 the parsed URI; empty for another scheme
 */
public record KeyUri(String text, Optional<Pkcs11Uri> pkcs11) {

    /** The variable of a token, which may name the key on it too. */
    static final String TOKEN_VARIABLE = "HSM_URI";

    /** {@return the scheme, in lower case} */
    public String scheme() {
        return text.substring(0, text.indexOf(':')).toLowerCase(Locale.ROOT);
    }

    /** Returns the URI if it cannot contain a secret, otherwise only the scheme. */
    private String shown() {
        return pkcs11.filter(uri -> uri.unknownQueryAttributes().isEmpty()).isPresent() ? text : toString();
    }

    @Override
    public String toString() {
        return scheme() + ":****";
    }

    /** The setting: its own variable, or that of the token. */
    static final class Type implements SettingType<KeyUri> {

        private static final String PKCS11 = "pkcs11:";
        private static final String EXPECTED = "a URI of a key, such as pkcs11:token=T;object=K";

        @Override
        public ParsedValue<KeyUri> parse(RawValue raw, ReadContext context) {
            Optional<KeyUri> uri =
                    Interpolation.text(raw, context, EXPECTED).flatMap(text -> parse(text, raw.where(), context));
            return uri.isPresent()
                    ? ParsedValue.of(
                            uri.get(), raw, YamlValue.Scalar.of(uri.get().shown()))
                    : ParsedValue.unusable(raw);
        }

        private static Optional<KeyUri> parse(String text, String where, ReadContext context) {
            if (text.regionMatches(true, 0, PKCS11, 0, PKCS11.length()) || where.equals(TOKEN_VARIABLE)) {
                return ValueType.PKCS11_URI
                        .parse(text, where, context.problems())
                        .map(uri -> new KeyUri(text, Optional.of(uri)));
            }
            try {
                KeySource.provider(text);
                return Optional.of(new KeyUri(text, Optional.empty()));
            } catch (InvalidConfigurationException e) {
                // Its message shows only the scheme.
                context.report(
                        where, "is no URI that can be used. " + e.getMessage().replaceFirst("\\.$", ""));
                return Optional.empty();
            }
        }

        @Override
        public Optional<RawValue> inVariable(String name, ReadContext context) {
            List<String> set = variables(name).stream().filter(context::isSet).toList();
            if (set.size() > 1) {
                context.report(String.join(" and ", set), "both name the key; set one of them");
            }
            return set.stream().findFirst().flatMap(each -> SettingType.super.inVariable(each, context));
        }

        @Override
        public List<String> variables(String name) {
            return Stream.of(name, TOKEN_VARIABLE).toList();
        }

        @Override
        public String expected() {
            return EXPECTED;
        }
    }
}
