package io.github.hsmsigner.http.protocol;

import java.io.IOException;

/**
 * A body arrives too slowly to be waited for. A server's stream throws it, and the callback is answered with 408.
 */
public final class SlowBodyException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was too slow, for the log
     */
    public SlowBodyException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was too slow, for the log
     * @param cause how the server noticed
     */
    public SlowBodyException(String message, Throwable cause) {
        super(message, cause);
    }
}
