package io.github.hsmsigner.micrometer;

import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import java.util.List;

/** The declarations of the metrics, for the tests of other modules. */
public final class SigningMetrics {

    private SigningMetrics() {}

    /** Returns all declarations of this module. */
    public static List<MetricDeclaration> declared() {
        return List.of(SigningMetric.values());
    }
}
