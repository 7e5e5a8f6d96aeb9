package io.github.hsmsigner.service.auth;

/** Thrown if a signing token is not accepted. The message is the reason and repeats nothing of the token. */
final class RefusedTokenException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedTokenException(String reason) {
        // Without a stack trace: a stranger can cause as many as he likes.
        super(reason, null, false, false);
    }
}
