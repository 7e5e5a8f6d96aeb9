package io.github.hsmsigner.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/** Samples of the use of one resource, over time. */
final class Samples {

    private final String name;
    private final double allowedDrift;
    private final List<double[]> all = new ArrayList<>();

    /** Makes samples of a resource whose use may grow by a limit over the last half, on a straight line. */
    Samples(String name, double allowedDrift) {
        this.name = name;
        this.allowedDrift = allowedDrift;
    }

    void add(double seconds, double value) {
        all.add(new double[] {seconds, value});
    }

    String name() {
        return name;
    }

    List<double[]> all() {
        return List.copyOf(all);
    }

    /** Returns how much the line through the last half of the samples rises. */
    double drift() {
        List<double[]> half = all.subList(all.size() / 2, all.size());
        double meanTime =
                half.stream().mapToDouble(sample -> sample[0]).average().orElse(0);
        double mean = half.stream().mapToDouble(sample -> sample[1]).average().orElse(0);
        double together = half.stream()
                .mapToDouble(sample -> (sample[0] - meanTime) * (sample[1] - mean))
                .sum();
        double spread = half.stream()
                .mapToDouble(sample -> (sample[0] - meanTime) * (sample[0] - meanTime))
                .sum();
        return spread == 0 ? 0 : together / spread * (half.get(half.size() - 1)[0] - half.get(0)[0]);
    }

    boolean isFlat() {
        return drift() <= allowedDrift;
    }

    double most() {
        return all.stream().mapToDouble(sample -> sample[1]).max().orElse(0);
    }

    @Override
    public String toString() {
        return "%s: at most %.0f; over the last half %+.1f, allowed %+.0f"
                .formatted(name, most(), drift(), allowedDrift);
    }
}
