package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.service.metrics.ExpositionFormat;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.MetricsPage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** The metrics as a page of the server. */
final class MetricsText implements MetricsPage {

    private final ServiceMetrics metrics;

    MetricsText(ServiceMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public String contentType(Optional<String> accept) {
        return ExpositionFormat.accepted(accept.orElse(null)).contentType();
    }

    @Override
    public void writeTo(String contentType, OutputStream out) throws IOException {
        // The content type that was chosen from the header selects the same format again.
        metrics.scrape(contentType, out);
    }
}
