package io.github.hsmsigner.service.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.testing.CapturedLog;
import io.javalin.Javalin;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Signing tokens and contents of good and bad requests show up neither in a log, at whatever level, nor in an error answer. */
class SecretsStayOutOfLogsTest {

    private static final String TOKEN = "token-7d1f-secret";
    private static final String CONTENTS = "the confidential contents of a contract";
    private static final String BASE64 =
            Base64.getEncoder().encodeToString(CONTENTS.getBytes(StandardCharsets.US_ASCII));

    @TempDir
    private Path directory;

    private static List<String> bodies() {
        String token = "'signing_token':'" + TOKEN + "'";
        String contents = "'encoded_contents':'" + BASE64 + "'";
        return List.of(
                "{" + contents + "," + token + "}",
                "{'action':'sign','data_to_be_signed':'" + BASE64 + "'," + token + "}",
                "{'action':'get_certificates'," + token + "}",
                "{" + contents + ",'digest':'" + "00".repeat(32) + "'," + token + "}",
                "{" + contents + "," + token + ",'action':'" + TOKEN + "'}",
                "{" + contents + "," + token + ",'hash_algorithm':'" + TOKEN + "'}",
                "{" + contents + "," + token + ",'signature_type':'" + TOKEN + "'}",
                "{" + contents + "," + token + ",'digest':'" + TOKEN + "'}",
                "{" + contents + "," + token + "} " + TOKEN,
                "{" + contents + "," + token,
                "{" + contents + ",'signing_token':'" + TOKEN,
                "{" + contents + ",'signing_token':" + TOKEN + "}",
                "{" + contents + ",'signing_token':['" + TOKEN + "']}",
                "{" + contents + ",'" + TOKEN + "':1,'" + TOKEN + "':2}",
                "{'encoded_contents':'" + BASE64 + "*'," + token + "}",
                "{'encoded_contents':'" + CONTENTS + "'," + token + "}",
                "['" + TOKEN + "','" + BASE64 + "']",
                TOKEN + " " + CONTENTS);
    }

    @Test
    void whateverTheRequest() {
        try (CapturedLog log = new CapturedLog();
                EncodedLog text = new EncodedLog("text");
                EncodedLog json = new EncodedLog("json")) {
            SigningService service = TestKey.service(directory);
            Javalin application = Javalin.create(config -> {
                        config.startup.showJavalinBanner = false;
                        config.registerPlugin(new DocumentEnginePlugin(() -> service));
                    })
                    .start(0);
            try {
                Client client = new Client(application.port());
                for (String body : bodies()) {
                    HttpResponse<byte[]> response = client.sign(body.replace('\'', '"'));
                    assertThat(Client.text(response)).as(body).doesNotContain(secrets());
                }
            } finally {
                application.stop();
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("outcome="))
                    .hasSize(bodies().size());
            assertThat(log.text()).doesNotContain(secrets());
            assertThat(text.text()).contains(" outcome=ok ").doesNotContain(secrets());
            assertThat(json.text()).contains("\"outcome\":\"ok\"").doesNotContain(secrets());
        }
    }

    private static String[] secrets() {
        return new String[] {TOKEN, CONTENTS, BASE64.substring(0, 20), "confidential", TestKey.PASSWORD};
    }

    /** The log in a form that the service writes. */
    private static final class EncodedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final LogLineEncoder encoder = new LogLineEncoder();
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

        EncodedLog(String format) {
            encoder.setFormat(format);
            setContext(root.getLoggerContext());
            start();
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            octets.writeBytes(encoder.encode(event));
        }

        String text() {
            return octets.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            root.detachAppender(this);
            stop();
        }
    }
}
