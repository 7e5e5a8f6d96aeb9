package io.github.hsmsigner.core.internal.secret;

/** A secret is malformed. The message contains nothing of the secret; it continues a sentence about the source. */
public final class MalformedSecretException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the end of a sentence that begins with the source of the secret, without a full stop
     */
    MalformedSecretException(String message) {
        super(message);
    }
}
