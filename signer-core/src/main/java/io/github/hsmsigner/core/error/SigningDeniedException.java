package io.github.hsmsigner.core.error;

/**
 * The policy refused the request. The client learns only that; the reason is for the log.
 */
public final class SigningDeniedException extends SigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param reason why, for the operator; must not repeat the signing token
     */
    public SigningDeniedException(String reason) {
        super(ErrorCode.DENIED, reason, "The signing token does not permit this request.", null);
    }
}
