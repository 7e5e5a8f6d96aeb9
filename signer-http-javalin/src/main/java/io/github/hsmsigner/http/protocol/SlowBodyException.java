package io.github.hsmsigner.http.protocol;

import java.io.IOException;

/** A body arrives too slowly. The stream of a server can throw it, and the client gets a 408. */
public final class SlowBodyException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what was too slow, for the log
     */
    public SlowBodyException(String message) {
        super(message);
    }

    SlowBodyException(String message, Throwable cause) {
        super(message, cause);
    }
}
