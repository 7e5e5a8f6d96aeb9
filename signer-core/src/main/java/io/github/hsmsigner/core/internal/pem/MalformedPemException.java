package io.github.hsmsigner.core.internal.pem;

/** Names the damage in a PEM text. The reader of the file adds where the text comes from. */
public final class MalformedPemException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedPemException(String message) {
        super(message);
    }

    MalformedPemException(String message, Throwable cause) {
        super(message, cause);
    }
}
