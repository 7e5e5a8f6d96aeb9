package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The actions of a callback: the values of the field {@code action}. */
public enum CallbackAction {
    /** The certificates of the signing key. */
    GET_CERTIFICATES("get_certificates"),
    /** A bare signature over {@code data_to_be_signed}. */
    SIGN("sign"),
    /**
     * A detached CMS container over {@code encoded_contents} or over a content of which only {@code digest} is known.
     */
    SIGN_PKCS7("sign_pkcs7");

    private final String text;

    CallbackAction(String text) {
        this.text = text;
    }

    /**
     * Returns the spelling on the wire.
     *
     * @return the value of the field {@code action}
     */
    public String text() {
        return text;
    }

    /**
     * Finds an action by its spelling on the wire.
     *
     * @param text the value of the field {@code action}
     * @return the action
     * @throws UnsupportedRequestException if there is no such action
     */
    static CallbackAction fromText(String text) {
        return Arrays.stream(values())
                .filter(action -> action.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new UnsupportedRequestException("The action is not known; use one of "
                        + Arrays.stream(values()).map(CallbackAction::text).collect(Collectors.joining(", ")) + "."));
    }
}
