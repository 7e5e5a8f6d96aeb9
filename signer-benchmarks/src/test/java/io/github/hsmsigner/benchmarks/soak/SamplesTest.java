package io.github.hsmsigner.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void growthAtTheBeginningDoesNotCount() {
        Samples samples = new Samples("threads", 4);
        for (int second = 0; second < 100; second++) {
            samples.add(second, Math.min(second, 40) + second % 2);
        }
        assertThat(samples.drift()).isCloseTo(0, within(0.1));
        assertThat(samples.isFlat()).isTrue();
        assertThat(samples.most()).isEqualTo(41);
    }

    @Test
    void growthThatGoesOnDoes() {
        Samples samples = new Samples("threads", 4);
        for (int second = 0; second < 100; second++) {
            samples.add(second, 0.1 * second + second % 3);
        }
        assertThat(samples.drift()).isCloseTo(4.9, within(0.2));
        assertThat(samples.isFlat()).isFalse();
    }

    @Test
    void anOutageCoversWhatOverlapsIt() {
        Outages outages = new Outages();
        long before = System.nanoTime();
        outages.begin();
        long during = System.nanoTime();
        assertThat(outages.overlap(during, during)).isTrue();
        outages.end();
        long after = System.nanoTime() + 1;
        assertThat(outages.overlap(before - 2, before - 1)).isFalse();
        assertThat(outages.overlap(before - 1, during)).isTrue();
        assertThat(outages.overlap(after, after + 1)).isFalse();
        assertThat(outages.count()).isEqualTo(1);
    }
}
