package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Each setting of {@code audit} has an effect. */
@Timeout(60)
class AuditSettingsEffectTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";

    @TempDir
    private Path directory;

    private ConfiguredService start(String audit) {
        return ConfiguredService.start(
                directory,
                ConfiguredService.keyInFile(directory)
                        + "server: {port: 0, stop-limit: 100ms}\naudit: {file: @audit.jsonl" + audit + "}\n");
    }

    @Test
    @ShowsEffectOf("audit.file")
    void aLineIsInTheFile() throws IOException {
        try (ConfiguredService service = start("")) {
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(200);
            assertThat(Files.readString(directory.resolve("audit.jsonl")))
                    .contains("\"client\":\"127.0.0.1\"", "\"outcome\":\"ok\"");
        }
    }

    @Test
    @ShowsEffectOf("audit.rotate-at")
    void aFullFileGivesWayToANewOne() {
        try (ConfiguredService service = start(", rotate-at: 64KiB")) {
            for (int i = 0; i < 300; i++) {
                assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(200);
            }
            assertThat(directory.resolve("audit.jsonl.000000000000001")).exists();
        }
    }

    /** The writer of the log hangs: it tells that its file is gone, and the log of the process does not take that. */
    private final class HangingWriter extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

        private final Logger logger = (Logger) LoggerFactory.getLogger(AuditFile.class);
        private final CountDownLatch hangs = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        HangingWriter() {
            setContext(logger.getLoggerContext());
            start();
            logger.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains("cannot be written")) {
                hangs.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** Has the writer of a service hang, with the line of a request. The writer must begin it within the time limit. */
        CompletableFuture<HttpResponse<byte[]>> hang(ConfiguredService service) throws Exception {
            Files.delete(directory.resolve("audit.jsonl"));
            CompletableFuture<HttpResponse<byte[]>> request = service.signInBackground(SIGN);
            hangs.await();
            return request;
        }

        @Override
        public void close() {
            end.countDown();
            logger.detachAppender(this);
        }
    }

    @Test
    @ShowsEffectOf("audit.time-limit")
    void aRequestWaitsNoLongerForItsLine() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start(", time-limit: 500ms");
                HangingWriter writer = new HangingWriter()) {
            CompletableFuture<HttpResponse<byte[]>> first = writer.hang(service);
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(500);
            assertThat(first.join().statusCode()).isEqualTo(500);
            assertThat(log.text()).contains("has not put a line on disk for 500 ms");
        }
    }

    /** The writer has one line, and another one waits; there is no room for the third. */
    @Test
    @ShowsEffectOf("audit.max-waiting")
    void aLineThatFindsNoRoomIsRefused() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start(", time-limit: 500ms, max-waiting: 1");
                HangingWriter writer = new HangingWriter()) {
            List<CompletableFuture<HttpResponse<byte[]>>> requests = new ArrayList<>();
            requests.add(writer.hang(service));
            for (int i = 0; i < 2; i++) {
                requests.add(service.signInBackground(SIGN));
            }
            requests.forEach(request -> assertThat(request.join().statusCode()).isEqualTo(500));
            assertThat(log.text()).contains("has had no room for another line");
        }
    }
}
