package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The actions of a callback: the values of the field {@code action}. */
public enum CallbackAction {
    /** The certificates of the signing key. */
    GET_CERTIFICATES,
    /** A bare signature over {@code data_to_be_signed}. */
    SIGN,
    /** A detached CMS container over {@code encoded_contents}, or over contents of which only the digest is known. */
    SIGN_PKCS7;

    /** {@return the value of the field {@code action}: the name in lower case} */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static CallbackAction fromText(String text) {
        return Arrays.stream(values())
                .filter(action -> action.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new UnsupportedRequestException("The action is not known; use one of "
                        + Arrays.stream(values()).map(CallbackAction::text).collect(Collectors.joining(", ")) + "."));
    }
}
