package io.github.hsmsigner.micrometer;

import io.github.hsmsigner.core.SigningKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Binds the certificates of keys, and the meters of their signatures before the first one. Thread-safe. */
final class KeyBinder implements MeterBinder {

    private static final double MILLIS_A_SECOND = 1000;
    private static final double MILLIS_A_DAY = 86_400_000;

    private final Supplier<? extends Collection<SigningKey>> source;

    /** Guarded by this object. */
    private final Map<MeterRegistry, Bound> bound = new HashMap<>();

    /** The keys by name. Every read of a gauge takes the present certificate of the key. */
    private volatile Map<String, SigningKey> keys = Map.of();

    KeyBinder(Supplier<? extends Collection<SigningKey>> source) {
        this.source = source;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        Map<String, SigningKey> present = new HashMap<>();
        source.get().forEach(key -> present.put(key.name(), key));
        keys = present;
        bound.computeIfAbsent(registry, Bound::new).update(present.keySet());
    }

    private double expiry(String name) {
        SigningKey key = keys.get(name);
        return key == null ? Double.NaN : key.chain().signer().getNotAfter().getTime();
    }

    /** The gauges in one registry. */
    private final class Bound {

        private final MeterRegistry registry;
        private final MultiGauge expiries;
        private final MultiGauge remaining;
        private Set<String> names = Set.of();

        Bound(MeterRegistry registry) {
            this.registry = registry;
            this.expiries = SigningMetric.CERTIFICATE_EXPIRY.registerRows(registry);
            this.remaining = SigningMetric.CERTIFICATE_REMAINING.registerRows(registry);
        }

        void update(Set<String> present) {
            if (!present.equals(names)) {
                present.forEach(name -> KeyMeters.register(registry, name));
                expiries.register(rows(SigningMetric.CERTIFICATE_EXPIRY, present, this::seconds));
                remaining.register(rows(SigningMetric.CERTIFICATE_REMAINING, present, this::remainingDays));
                names = present;
            }
        }

        private static List<MultiGauge.Row<String>> rows(
                SigningMetric metric, Set<String> names, ToDoubleFunction<String> number) {
            return names.stream()
                    .map(name -> MultiGauge.Row.of(metric.tags(name), name, number))
                    .toList();
        }

        private double seconds(String name) {
            return expiry(name) / MILLIS_A_SECOND;
        }

        private double remainingDays(String name) {
            return (expiry(name) - registry.config().clock().wallTime()) / MILLIS_A_DAY;
        }
    }
}
