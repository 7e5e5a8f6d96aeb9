package io.github.hsmsigner.examples.documentengine;

/** A call of the API that fails, with the status and the sentence that the application gets. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The HTTP status. */
    private final int status;

    private ApiException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, message, null);
    }

    static ApiException badRequest(String message, Throwable cause) {
        return new ApiException(400, message, cause);
    }

    static ApiException unauthorized() {
        return new ApiException(
                401, "The header \"Authorization: Token token=\"...\"\" with the right token is required.", null);
    }

    static ApiException notFound() {
        return new ApiException(404, "There is no document with this identifier.", null);
    }

    /** Returns the error for a fault of the signing service, not of the application. */
    static ApiException badGateway(String message, Throwable cause) {
        return new ApiException(502, message, cause);
    }

    /** Returns the error for a signing service that took longer than the stand-in waits. */
    static ApiException gatewayTimeout(String message, Throwable cause) {
        return new ApiException(504, message, cause);
    }

    /** Returns the error for work that takes too long. */
    static ApiException unavailable(String message, Throwable cause) {
        return new ApiException(503, message, cause);
    }

    int status() {
        return status;
    }
}
