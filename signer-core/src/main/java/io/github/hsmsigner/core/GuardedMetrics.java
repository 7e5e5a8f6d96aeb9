package io.github.hsmsigner.core;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics of a program, which may throw: an exception is logged, at most once a minute, and has no effect on the request. Thread-safe.
 */
final class GuardedMetrics implements SignerMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);
    private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SignerMetrics metrics;
    private final AtomicLong nextLog = new AtomicLong(System.nanoTime());

    GuardedMetrics(SignerMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void requestEnded(AuditEvent event) {
        guard(() -> metrics.requestEnded(event));
    }

    @Override
    public void signatureQueued(String keyName, Duration waited) {
        guard(() -> metrics.signatureQueued(keyName, waited));
    }

    @Override
    public void signatureRefused(String keyName) {
        guard(() -> metrics.signatureRefused(keyName));
    }

    @Override
    public void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {
        guard(() -> metrics.signatureMade(keyName, algorithm, duration));
    }

    @Override
    public void signatureDiscarded(String keyName, SignatureAlgorithm algorithm) {
        guard(() -> metrics.signatureDiscarded(keyName, algorithm));
    }

    @Override
    public void rawDataDeviated(boolean refused) {
        guard(() -> metrics.rawDataDeviated(refused));
    }

    @Override
    public void signatureLate(String keyName, Duration late) {
        guard(() -> metrics.signatureLate(keyName, late));
    }

    private void guard(Runnable report) {
        try {
            report.run();
        } catch (RuntimeException | Error e) {
            long now = System.nanoTime();
            long next = nextLog.get();
            if (now - next >= 0 && nextLog.compareAndSet(next, now + LOG_INTERVAL_NANOS)) {
                LOG.error("The metrics threw an exception; the request continues.", e);
            }
        }
    }
}
