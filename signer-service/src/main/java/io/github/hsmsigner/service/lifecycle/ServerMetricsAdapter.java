package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.service.metrics.ExpositionFormat;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.ManagementEndpoints.Content;
import io.github.hsmsigner.service.server.RequestObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Counts the requests of the server in the metrics, and serves the metrics as a page of the server. */
record ServerMetricsAdapter(ServiceMetrics metrics) implements RequestObserver {

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

    /** Returns the metrics in the format that a header {@code Accept} selects. */
    Content page(String accept) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            metrics.scrape(accept, text);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return new Content(ExpositionFormat.accepted(accept).contentType(), text.toByteArray());
    }
}
