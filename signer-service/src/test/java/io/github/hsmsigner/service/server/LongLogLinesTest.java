package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.log.LogLineEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Requests of 14 KB that Jetty refuses, and the lines that they leave in the log. */
@Timeout(60)
class LongLogLinesTest {

    private static final int LENGTH = 14_000;

    @TempDir
    private Path directory;

    private final Logger jetty = (Logger) LoggerFactory.getLogger("org.eclipse.jetty");
    private final Lines lines = new Lines();
    private SigningHttpServer server;

    @BeforeEach
    void start() {
        var service = TestKey.service(directory);
        server = TestServer.start(TestServer.settings(withMaxHeaderBytes(64 * 1_024)), () -> service);
        lines.start();
        jetty.addAppender(lines);
        jetty.setAdditive(false);
    }

    @AfterEach
    void stop() {
        jetty.detachAppender(lines);
        jetty.setAdditive(true);
        server.stop();
    }

    private static ClientLimits withMaxHeaderBytes(int bytes) {
        ClientLimits defaults = TestLimits.DEFAULTS;
        return new ClientLimits(
                bytes,
                defaults.maxHeaderFields(),
                defaults.idleTimeout(),
                defaults.minBytesPerSecond(),
                defaults.slowGrace(),
                defaults.maxConnections(),
                defaults.maxRequests(),
                defaults.maxRequestMemory(),
                defaults.minAverageRate(),
                defaults.averageGrace(),
                defaults.responseTimeout(),
                defaults.shareByAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:", "[x", "<>"})
    void areCut(String pattern) throws IOException {
        String host = pattern.repeat(LENGTH / 2);
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send("GET /sign HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(connection.answer().status()).isEqualTo(400);
        }
        assertThat(lines.list)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains(host.substring(0, 2_000))
                        .containsPattern("cut, 1[12]\\d{3} more characters")
                        .hasSizeLessThan(2_300));
    }

    /** The lines of both formats. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final List<String> list = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            for (String format : List.of("text", "json")) {
                LogLineEncoder encoder = new LogLineEncoder();
                encoder.setFormat(format);
                list.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
            }
        }
    }
}
