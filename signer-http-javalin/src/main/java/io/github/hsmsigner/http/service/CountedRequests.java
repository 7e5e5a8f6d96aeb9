package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.metrics.ServiceMetrics;
import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.server.RequestObserver;

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
