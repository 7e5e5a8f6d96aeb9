package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.service.metrics.ExpositionFormat;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.ManagementEndpoints.MetricsPage;
import io.github.hsmsigner.service.server.RequestObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Counts the requests of the server in the metrics, and serves the metrics as a page of the server. */
record ServerMetricsAdapter(ServiceMetrics metrics) implements RequestObserver, MetricsPage {

    @Override
    public void answered(CallbackReport report) {
        metrics.answered(report.action(), report.outcome());
    }

    @Override
    public void undelivered(CallbackReport report, String reason) {
        metrics.clientDisconnected(report.holdsSignature());
    }

    @Override
    public void answeredByServer(CallbackResponse answer) {
        metrics.answered(Optional.empty(), answer.outcome());
    }

    @Override
    public String contentType(Optional<String> accept) {
        return ExpositionFormat.accepted(accept.orElse(null)).contentType();
    }

    @Override
    public void writeTo(String contentType, OutputStream out) throws IOException {
        // The content type selects the same format as the header from which it was chosen.
        metrics.scrape(contentType, out);
    }
}
