package io.github.hsmsigner.service.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The metrics as they are served at {@code /metrics}. Thread-safe.
 */
public interface MetricsPage {

    /**
     * Chooses the format.
     *
     * @param accept the header {@code Accept} of the request
     * @return the media type that goes out as {@code Content-Type}
     */
    String contentType(Optional<String> accept);

    /**
     * Writes the metrics of this moment.
     *
     * @param contentType the format, as {@link #contentType} chose it
     * @param out where to; left open
     * @throws IOException if writing fails
     */
    void writeTo(String contentType, OutputStream out) throws IOException;
}
