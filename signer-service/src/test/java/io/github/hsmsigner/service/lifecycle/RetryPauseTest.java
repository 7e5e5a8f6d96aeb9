package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPauseTest {

    @ParameterizedTest
    @CsvSource({"1,1000", "2,2000", "3,4000", "4,8000", "5,16000", "6,30000", "7,30000", "1000000,30000"})
    void doublesUpToHalfAMinuteAndIsShortenedByChance(int failures, long fullMillis) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100; i++) {
            assertThat(KeyConnector.retryPause(failures, random))
                    .isBetween(Duration.ofMillis(Math.max(1000, fullMillis * 3 / 4)), Duration.ofMillis(fullMillis));
        }
    }

    @Test
    void differs() {
        SplittableRandom random = new SplittableRandom(1);
        assertThat(KeyConnector.retryPause(6, random)).isNotEqualTo(KeyConnector.retryPause(6, random));
    }
}
