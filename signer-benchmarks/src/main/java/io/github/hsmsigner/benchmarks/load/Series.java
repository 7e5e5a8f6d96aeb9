package io.github.hsmsigner.benchmarks.load;

import java.util.Arrays;
import java.util.List;

/** The values of the rounds, in their order. Immutable. */
final class Series {

    private final List<Double> values;

    Series(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("A series needs a value");
        }
        this.values = List.copyOf(values);
    }

    List<Double> values() {
        return values;
    }

    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double low() {
        return sorted()[0];
    }

    double high() {
        return sorted()[values.size() - 1];
    }

    private double[] sorted() {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
