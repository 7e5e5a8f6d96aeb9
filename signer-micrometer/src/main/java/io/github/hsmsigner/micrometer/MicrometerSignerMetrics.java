package io.github.hsmsigner.micrometer;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Measures a signing service: durations and errors of requests, and signatures by key. Set it with
 * {@link io.github.hsmsigner.core.SigningService.Builder#metrics}.
 *
 * <p>The constructor registers all meters of requests, so that each counter shows its first increase. The first
 * signature of a key registers the meters of the key, if {@link SignerMeterBinders#keys} has not. Several services can
 * share this object, which then measures all of them together. Thread-safe. A measurement looks up no meter by name.
 */
public final class MicrometerSignerMetrics implements SignerMetrics {

    private final MeterRegistry registry;
    private final Map<SigningAction, Timer> succeeded = new EnumMap<>(SigningAction.class);
    private final Map<SigningAction, Timer> failed = new EnumMap<>(SigningAction.class);
    private final Map<Reason, Counter> unavailable = new EnumMap<>(Reason.class);
    private final Counter timestamps;
    private final Counter timestampsMissing;
    private final Counter rawDataSigned;
    private final Counter rawDataRefused;
    private final ConcurrentMap<String, KeyMeters> keys = new ConcurrentHashMap<>();

    /**
     * Registers the meters of requests.
     *
     * @param registry the registry of all meters
     */
    public MicrometerSignerMetrics(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
        for (SigningAction action : SigningAction.values()) {
            succeeded.put(action, SigningMetric.REQUEST_DURATION.registerHistogram(registry, text(action), "ok"));
            failed.put(action, SigningMetric.REQUEST_DURATION.registerHistogram(registry, text(action), "error"));
        }
        for (Reason reason : Reason.values()) {
            unavailable.put(reason, SigningMetric.UNAVAILABLE.registerCounter(registry, reason.text()));
        }
        timestamps = SigningMetric.TIMESTAMPS.registerCounter(registry, "ok");
        timestampsMissing = SigningMetric.TIMESTAMPS.registerCounter(registry, "missing");
        rawDataSigned = SigningMetric.RAW_DATA_DEVIATED.registerCounter(registry, "signed");
        rawDataRefused = SigningMetric.RAW_DATA_DEVIATED.registerCounter(registry, "refused");
    }

    /** Returns the name of the action in the callback protocol of the service. */
    private static String text(SigningAction action) {
        return switch (action) {
            case CERTIFICATES -> "get_certificates";
            case RAW_SIGNATURE -> "sign";
            case CONTAINER -> "sign_pkcs7";
        };
    }

    @Override
    public void requestEnded(AuditEvent event) {
        (event.error().isEmpty() ? succeeded : failed).get(event.action()).record(event.duration());
        event.unavailableReason().ifPresent(reason -> unavailable.get(reason).increment());
        if (event.timestampMissing()) {
            timestampsMissing.increment();
        } else if (event.error().isEmpty()
                && event.format().filter(ContainerFormat::hasTimestamp).isPresent()) {
            timestamps.increment();
        }
    }

    @Override
    public void signatureQueued(String keyName, Duration waited) {
        key(keyName).queued().record(waited);
    }

    @Override
    public void signatureRefused(String keyName) {
        key(keyName).refused().increment();
    }

    @Override
    public void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {
        key(keyName).signatures().record(duration);
    }

    @Override
    public void signatureDiscarded(String keyName, SignatureAlgorithm algorithm) {
        key(keyName).discarded().increment();
    }

    @Override
    public void rawDataDeviated(boolean refused) {
        (refused ? rawDataRefused : rawDataSigned).increment();
    }

    @Override
    public void signatureLate(String keyName, Duration late) {
        key(keyName).late().increment();
    }

    private KeyMeters key(String name) {
        KeyMeters meters = keys.get(name);
        return meters != null ? meters : keys.computeIfAbsent(name, key -> KeyMeters.register(registry, key));
    }
}
