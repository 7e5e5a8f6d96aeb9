package io.github.hsmsigner.micrometer.internal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of a metric: type, name, labels and description. Implemented by enums, whose constants are the
 * metrics. Immutable.
 */
public interface MetricDeclaration {

    /** The types of metrics in Prometheus. A histogram is one of durations. */
    enum Kind {
        /** A number that only rises. */
        COUNTER,
        /** A number that rises and falls. */
        GAUGE,
        /** Durations. */
        HISTOGRAM;

        /** {@return the type in Prometheus} */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The parts of a declaration.
     *
     * @param kind the type
     * @param name the name in Prometheus, with the unit; of a histogram without {@code _bucket} and the like
     * @param labels the names of the labels
     * @param description the description
     */
    record Series(Kind kind, String name, List<String> labels, String description) {}

    /** {@return the declaration} */
    Series series();

    /**
     * Returns the name in Micrometer: without the unit and {@code total}, which each registry appends in its own way.
     *
     * @return the name
     */
    default String meterName() {
        String name = series().name();
        String unit = baseUnit();
        String suffix = switch (series().kind()) {
            case COUNTER -> "_total";
            case GAUGE -> unit == null ? "" : "_" + unit;
            case HISTOGRAM -> "_seconds";
        };
        return name.substring(0, name.length() - suffix.length()).replace('_', '.');
    }

    /** {@return the unit of a gauge that has one, otherwise {@code null}} */
    default @Nullable String baseUnit() {
        if (series().kind() != Kind.GAUGE) {
            return null;
        }
        String name = series().name();
        return name.endsWith("_seconds") ? "seconds" : name.endsWith("_days") ? "days" : null;
    }

    /**
     * Registers a counter to increment. Equal labels return the same counter.
     *
     * @param registry the registry
     * @param labelValues the values of the labels, in the order of their declaration
     * @return the counter
     */
    default Counter registerCounter(MeterRegistry registry, String... labelValues) {
        require(Kind.COUNTER);
        return Counter.builder(meterName())
                .description(series().description())
                .tags(tags(labelValues))
                .register(registry);
    }

    /**
     * Registers a number that is read at each scrape, as a gauge or a counter. The number of a counter must never fall.
     * The registry keeps the supplier alive.
     *
     * @param registry the registry
     * @param number the source of the number; thread-safe, returns at once
     * @param labelValues the values of the labels, in the order of their declaration
     */
    default void registerNumber(MeterRegistry registry, Supplier<Number> number, String... labelValues) {
        if (series().kind() == Kind.COUNTER) {
            // Micrometer holds the object weakly, and the function strongly.
            FunctionCounter.builder(meterName(), this, metric -> number.get().doubleValue())
                    .description(series().description())
                    .tags(tags(labelValues))
                    .register(registry);
        } else {
            require(Kind.GAUGE);
            Gauge.builder(meterName(), number)
                    .description(series().description())
                    .baseUnit(baseUnit())
                    .tags(tags(labelValues))
                    .register(registry);
        }
    }

    /**
     * Registers a gauge whose rows can change.
     *
     * @param registry the registry
     * @return the gauge, without rows
     */
    default MultiGauge registerRows(MeterRegistry registry) {
        require(Kind.GAUGE);
        return MultiGauge.builder(meterName())
                .description(series().description())
                .baseUnit(baseUnit())
                .register(registry);
    }

    /**
     * Registers a histogram of durations. Its buckets are fixed, so that those of several instances can be added up:
     * from a fast signature in memory to the deadline of a request.
     *
     * @param registry the registry
     * @param labelValues the values of the labels, in the order of their declaration
     * @return the timer
     */
    default Timer registerHistogram(MeterRegistry registry, String... labelValues) {
        require(Kind.HISTOGRAM);
        long[] bucketsInMicros = {
            200,
            500,
            1_000,
            2_000,
            5_000,
            10_000,
            20_000,
            50_000,
            100_000,
            200_000,
            500_000,
            1_000_000,
            2_000_000,
            5_000_000,
            10_000_000,
            30_000_000
        };
        return Timer.builder(meterName())
                .description(series().description())
                .tags(tags(labelValues))
                .serviceLevelObjectives(Arrays.stream(bucketsInMicros)
                        .mapToObj(micros -> Duration.of(micros, ChronoUnit.MICROS))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    private void require(Kind expected) {
        if (series().kind() != expected) {
            throw new IllegalStateException(
                    this + " is a " + series().kind().text() + ", not a " + expected.text() + ".");
        }
    }

    /**
     * Returns the labels with these values.
     *
     * @param labelValues the values of the labels, in the order of their declaration
     * @return the labels
     * @throws IllegalArgumentException if the number of values is wrong
     */
    default Tags tags(String... labelValues) {
        List<String> labels = series().labels();
        if (labelValues.length != labels.size()) {
            throw new IllegalArgumentException(this + " has the labels " + labels + ".");
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < labelValues.length; i++) {
            tags = tags.and(labels.get(i), labelValues[i]);
        }
        return tags;
    }
}
