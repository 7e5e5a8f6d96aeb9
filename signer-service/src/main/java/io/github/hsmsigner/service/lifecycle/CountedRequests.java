package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.RequestObserver;

/** Counts each request once. */
record CountedRequests(ServiceMetrics metrics) implements RequestObserver {

    @Override
    public void answered(CallbackReport report) {
        metrics.answered(report.action(), report.outcome());
    }

    @Override
    public void undelivered(CallbackReport report, String reason) {
        metrics.clientDisconnected(report.holdsSignature());
    }

    @Override
    public void answeredByServer(CallbackAnswer answer) {
        metrics.answeredByServer(answer);
    }
}
