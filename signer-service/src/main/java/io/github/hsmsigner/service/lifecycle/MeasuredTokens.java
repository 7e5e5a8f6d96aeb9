package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.service.metrics.ServiceMetrics;

/** Has the metrics hear of tokens. */
final class MeasuredTokens implements TokenManager.TokenObserver {

    private final ServiceMetrics metrics;

    MeasuredTokens(ServiceMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public Pkcs11Listener eventsOf(String tokenName) {
        return metrics.tokenEvents(tokenName);
    }

    @Override
    public void opened(String tokenName, Pkcs11Token token) {
        metrics.bindToken(tokenName, token);
    }
}
