package io.github.hsmsigner.http.protocol;

import java.io.IOException;

/** The body goes past the limit. */
final class BodyTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    BodyTooLargeException(long limit) {
        super("The body is larger than " + limit + " bytes");
    }
}
