package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RequestBodyTest {

    private static final MinimumDataRate RATE = new MinimumDataRate(100, Duration.ofSeconds(10));

    private long now;
    private long millisForARead;
    private int bytesOfARead;

    private RequestBody body(MinimumDataRate rate) {
        return body(Client::new, rate);
    }

    private RequestBody body(Supplier<InputStream> source, MinimumDataRate rate) {
        return new RequestBody(source, CallbackLimits.defaults().withMinimumDataRate(rate), () -> now);
    }

    private final class Client extends InputStream {

        @Override
        public int read() {
            throw new AssertionError("read alone, which is slow");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            now += TimeUnit.MILLISECONDS.toNanos(millisForARead);
            return Math.min(length, bytesOfARead);
        }
    }

    private long read(RequestBody body, int times) throws IOException {
        byte[] buffer = new byte[10_000];
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += body.read(buffer, 0, buffer.length);
        }
        return sum;
    }

    @Test
    void theSlowestAllowed() throws IOException {
        millisForARead = 500;
        bytesOfARead = 50;
        assertThat(read(body(RATE), 1_000)).isEqualTo(50_000);
    }

    @Test
    void slowerIsCutOffAfterTheGraceAndNotBefore() throws IOException {
        millisForARead = 500;
        bytesOfARead = 49;
        RequestBody body = body(RATE);
        read(body, 19);
        assertThatThrownBy(() -> read(body, 1))
                .isInstanceOf(SlowBodyException.class)
                .hasMessage("The client sent 980 bytes in 10000 ms.");
        assertThatThrownBy(() -> read(body, 1)).isInstanceOf(SlowBodyException.class);
    }

    @Test
    void whatCameFastAtFirstDoesNotPayForTricklingLater() throws IOException {
        RequestBody body = body(RATE);
        bytesOfARead = 10_000;
        millisForARead = 1;
        read(body, 20_000);
        bytesOfARead = 1;
        millisForARead = 1_000;
        assertThatThrownBy(() -> read(body, 20)).isInstanceOf(SlowBodyException.class);
    }

    @Test
    void timeThatTheServerTakesDoesNotCount() throws IOException {
        RequestBody body = body(RATE);
        bytesOfARead = 1;
        millisForARead = 0;
        for (int i = 0; i < 100; i++) {
            read(body, 1);
            now += TimeUnit.MINUTES.toNanos(1);
        }
        assertThat(now).isEqualTo(TimeUnit.MINUTES.toNanos(100));
    }

    @Test
    void anySpeed() throws IOException {
        millisForARead = 60_000;
        bytesOfARead = 1;
        assertThat(read(body(MinimumDataRate.NONE), 100)).isEqualTo(100);
    }

    @Test
    void theIdleTimeoutIsSlownessToo() {
        InputStream silent = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException(new TimeoutException("Idle timeout"));
            }
        };
        RequestBody body = body(() -> silent, RATE);
        assertThatThrownBy(body::read).isInstanceOf(SlowBodyException.class);
    }
}
