package io.github.hsmsigner.http.protocol;

/** The texts of a request do not fit into the {@link MemoryBudget} at the moment. The callback is answered with 503. */
public final class RequestMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RequestMemoryException(long bytes) {
        super("The texts of all requests together would take more than " + bytes + " bytes of memory.");
    }
}
