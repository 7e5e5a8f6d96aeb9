package io.github.hsmsigner.micrometer;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Binders of objects that count for themselves. A read of these meters makes no call to an HSM and no request to
 * another server. The registry keeps the objects alive. All binders are thread-safe.
 */
public final class SignerMeterBinders {

    private SignerMeterBinders() {}

    /**
     * Returns a binder of keys: the expiry of each certificate, and the counters of each key before its first
     * signature. The meters follow a reload of certificates. If keys can be added or removed, call
     * {@link MeterBinder#bindTo} again after each change, or before each scrape.
     *
     * @param keys returns the keys, such as {@code signingKeys::all}; their names become labels
     * @return the binder
     */
    public static MeterBinder keys(Supplier<? extends Collection<SigningKey>> keys) {
        return new KeyBinder(Objects.requireNonNull(keys, "keys"));
    }

    /**
     * Returns a binder of a queue: its permits, and the signatures that hold one, wait or were refused.
     *
     * @param name the value of the label {@code queue}, such as the name of the token; different for each queue
     * @param queue the queue
     * @return the binder
     */
    public static MeterBinder queue(String name, SigningQueue queue) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(queue, "queue");
        return registry -> {
            Supplier<SigningQueue.Statistics> numbers = queue::statistics;
            SigningMetric.QUEUE_PLACES.registerNumber(
                    registry, () -> numbers.get().places(), name);
            SigningMetric.QUEUE_SIGNING.registerNumber(
                    registry, () -> numbers.get().signing(), name);
            SigningMetric.QUEUE_MAX_WAITING.registerNumber(
                    registry, () -> numbers.get().maxWaiting(), name);
            SigningMetric.QUEUE_WAITING.registerNumber(
                    registry, () -> numbers.get().waiting(), name);
            SigningMetric.QUEUE_REFUSED.registerNumber(
                    registry, () -> numbers.get().refused(), name);
        };
    }

    /**
     * Returns a binder of revocation information: its refreshes in the background.
     *
     * @param source the source; one for each registry
     * @return the binder
     */
    public static MeterBinder revocation(OnlineRevocationSource source) {
        Objects.requireNonNull(source, "source");
        return registry -> {
            SigningMetric.REVOCATION_REFRESHES.registerNumber(registry, source::refreshes, "ok");
            SigningMetric.REVOCATION_REFRESHES.registerNumber(registry, source::failedRefreshes, "failed");
        };
    }

    /**
     * Returns a binder of an audit log: its lines, failures and disk space. Requires {@code signer-audit}.
     *
     * @param file the audit log; one for each registry
     * @return the binder
     */
    public static MeterBinder audit(AuditFile file) {
        Objects.requireNonNull(file, "file");
        return registry -> {
            SigningMetric.AUDIT_LINES.registerNumber(
                    registry, () -> file.status().lines());
            SigningMetric.AUDIT_SYNCS.registerNumber(
                    registry, () -> file.status().syncs());
            SigningMetric.AUDIT_NOT_RECORDED.registerNumber(
                    registry, () -> file.status().notRecorded());
            SigningMetric.AUDIT_SUMMARIZED.registerNumber(
                    registry, () -> file.status().summarized());
            SigningMetric.AUDIT_DISK_LOW.registerNumber(
                    registry, () -> file.status().diskLow() ? 1 : 0);
            SigningMetric.AUDIT_TROUBLE.registerNumber(
                    registry, () -> file.status().trouble().isPresent() ? 1 : 0);
        };
    }
}
