package io.github.hsmsigner.service.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.status.Status;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.hsmsigner.testing.Property;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

class LogLineEncoderTest {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(Level level, String message, Throwable failure) {
        Logger logger = context.getLogger("io.example.Signing");
        return event(logger, level, message, failure, Map.of("request_id", "id-9"));
    }

    private static LoggingEvent event(
            Logger logger, Level level, String message, Throwable failure, Map<String, String> loggingContext) {
        LoggingEvent event = new LoggingEvent("caller", logger, level, message, failure, null);
        event.setInstant(TIME);
        event.setThreadName("worker 7");
        event.setMDCPropertyMap(loggingContext);
        return event;
    }

    @Test
    void linesOfTheWarmUpAreNotWritten() {
        LoggingEvent event =
                new LoggingEvent("caller", context.getLogger("io.example.Signing"), Level.WARN, "message", null, null);
        event.setThreadName(LogLineEncoder.WARM_UP_THREADS + "-7");
        event.setInstant(TIME);
        event.setMDCPropertyMap(Map.of());
        assertThat(encode("text", event)).isEmpty();
    }

    private static String encode(String format, ILoggingEvent event) {
        LogLineEncoder encoder = new LogLineEncoder();
        encoder.setFormat(format);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    /** The fields of the only value of a text. */
    private static Map<String, Object> parse(String line) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                fields.put(
                        name,
                        switch (json.nextToken()) {
                            case VALUE_NUMBER_INT -> json.getLongValue();
                            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
                            case VALUE_NULL -> "null";
                            default -> json.getText();
                        });
            }
            assertThat(json.nextToken()).isNull();
        }
        return fields;
    }

    @Test
    void writesJsonThatIsFlat() throws IOException {
        LoggingEvent event = event(Level.WARN, "a message", null);
        event.addKeyValuePair(new KeyValuePair("status", 200));
        event.addKeyValuePair(new KeyValuePair("duration_us", 12L));
        event.addKeyValuePair(new KeyValuePair("share", 0.5));
        event.addKeyValuePair(new KeyValuePair("nothing", Double.NaN));
        event.addKeyValuePair(new KeyValuePair("ready", true));
        event.addKeyValuePair(new KeyValuePair("none", null));
        event.addKeyValuePair(new KeyValuePair("caller", List.of("a")));
        String line = encode("json", event);
        assertThat(line)
                .isEqualTo(
                        "{\"timestamp\":\"2026-01-02T03:04:05.678901Z\",\"level\":\"WARN\",\"logger\":\"io.example.Signing\","
                                + "\"thread\":\"worker 7\",\"message\":\"a message\",\"request_id\":\"id-9\",\"status\":200,"
                                + "\"duration_us\":12,\"share\":0.5,\"nothing\":\"NaN\",\"ready\":true,\"none\":null,\"caller\":\"[a]\"}\n");
        assertThat(parse(line)).containsEntry("status", 200L);
    }

    @Test
    void givesEachFieldANameOfItsOwn() throws IOException {
        LoggingEvent event = event(Level.INFO, "the message", new IllegalStateException("a fault"));
        event.addKeyValuePair(new KeyValuePair("message", "another"));
        event.addKeyValuePair(new KeyValuePair("message", "a third"));
        event.addKeyValuePair(new KeyValuePair("exception", "none"));
        assertThat(parse(encode("json", event)))
                .containsEntry("message", "the message")
                .containsEntry("message_", "another")
                .containsEntry("message__", "a third")
                .containsEntry("exception_", "none")
                .hasEntrySatisfying(
                        "exception",
                        text -> assertThat(text.toString())
                                .startsWith("java.lang.IllegalStateException: a fault")
                                .contains("\n\tat " + LogLineEncoderTest.class.getName()));
    }

    @Test
    void writesText() {
        LoggingEvent event = event(Level.WARN, "a message", null);
        event.addKeyValuePair(new KeyValuePair("status", 200));
        event.addKeyValuePair(new KeyValuePair("caller", "the \"first\" \\ caller"));
        event.addKeyValuePair(new KeyValuePair("empty", ""));
        event.addKeyValuePair(new KeyValuePair("equal", "a=b"));
        String line = encode("text", event);
        String time = line.substring(0, line.indexOf(' '));
        assertThat(OffsetDateTime.parse(time).toInstant()).isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
        assertThat(line)
                .isEqualTo(time + " WARN  [id-9] Signing: a message status=200 caller=\"the \\\"first\\\" \\\\ caller\""
                        + " empty=\"\" equal=\"a=b\"\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-02T03:04:05.678Z",
                "2026-01-02T03:04:05.007Z",
                "2026-01-02T03:04:05Z",
                "2026-07-02T03:04:59.999Z",
                "2026-12-31T23:59:59.070Z",
                "1969-12-31T23:59:59.900Z",
                "1970-01-01T00:00:00Z"
            })
    void writesTheTimeInMilliseconds(String expected) {
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());
        // A line of another second comes before it, and two of the same second follow it.
        for (Duration shift : List.of(Duration.ofSeconds(-1), Duration.ZERO, Duration.ofNanos(999), Duration.ZERO)) {
            LoggingEvent event = event(Level.INFO, "text", null);
            event.setInstant(Instant.parse(expected).plus(shift));
            assertThat(encode("text", event)).startsWith(format.format(event.getInstant()) + " INFO ");
        }
    }

    @Test
    void writesAStackTraceInTheSameLine() {
        LoggingEvent event = event(Level.ERROR, "failed", new IllegalStateException("first\nsecond"));
        assertThat(encode("text", event))
                .contains(" ERROR [id-9] Signing: failed | java.lang.IllegalStateException: first | second | at ")
                .hasLineCount(1);
    }

    @Test
    void escapesWhatIsNotSeenInText() {
        Map.of(
                        "a\nb",
                        "a\\nb",
                        "a\r\nERROR [-] x: forged",
                        "a\\r\\nERROR [-] x: forged",
                        "\t",
                        "\\t",
                        Character.toString(0x1b) + "[31m",
                        "\\u001b[31m",
                        Character.toString(0x85),
                        "\\u0085",
                        Character.toString(0x202e),
                        "\\u202e",
                        Character.toString(0x2028),
                        "\\u2028",
                        Character.toString(0xd83d),
                        "\\ud83d",
                        Character.toString(0x1f600),
                        Character.toString(0x1f600),
                        Character.toString(0xe9),
                        Character.toString(0xe9))
                .forEach((message, expected) -> assertThat(encode("text", event(Level.INFO, message, null)))
                        .endsWith(": " + expected + "\n"));
    }

    /** Whatever is in it: one line, and JSON has the very text. */
    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void anyTextIsOneLine(String format) {
        Property.holds(2_000, random -> {
            String text = random.ints(1 + random.nextInt(12), 0, 0x300)
                    .map(i ->
                            random.nextInt(4) == 0 ? "\n\r\t\"\\{}'=|\u2028\u2029\u0085\u001b\ud83d".charAt(i % 15) : i)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            LoggingEvent event = event(Level.INFO, text, new IllegalStateException(text));
            event.addKeyValuePair(new KeyValuePair("value", text));
            event.addKeyValuePair(new KeyValuePair("n_" + text, 1));
            String line = encode(format, event);
            assertThat(line).endsWith("\n");
            String inside = line.substring(0, line.length() - 1);
            assertThat(inside.chars().allMatch(c -> c >= ' ' && c != 0x7f && c != 0x85 && c != 0x2028 && c != 0x2029))
                    .as(inside)
                    .isTrue();
            if (format.equals("json")) {
                String same = text.replace('\ud83d', '\ufffd');
                assertThat(parse(line)).containsEntry("message", same).containsEntry("value", same);
            }
        });
    }

    private static final String CUT = "\u2026 cut, %d more characters";

    @ParameterizedTest
    @CsvSource({"x, 2048", "\u00e9, 1024", "\u20ac, 682", "\ud83d\ude00, 512", "'\n', 341", "\u202e, 341", "\ud83d, 341"
    })
    void longTextsAreCutInEachFormat(String character, int kept) throws IOException {
        String whole = character.repeat(kept);
        String longer = character.repeat(14_000);
        String cut = whole + CUT.formatted(14_000 - kept);
        for (String[] pair : new String[][] {{whole, whole}, {longer, cut}}) {
            Logger logger = context.getLogger("io.example.Signing");
            LoggingEvent event =
                    event(logger, Level.WARN, pair[0], null, Map.of("request_id", pair[0], "trace_id", pair[0]));
            event.addKeyValuePair(new KeyValuePair("value", pair[0]));
            String expected = pair[1].replaceAll("\\p{Cs}", "\ufffd");
            assertThat(parse(encode("json", event)))
                    .containsEntry("message", expected)
                    .containsEntry("value", expected)
                    .containsEntry("request_id", expected)
                    .containsEntry("trace_id", expected);
            String line = encode("text", event);
            assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4 * 2_100 + 200);
            assertThat(line.split("more characters", -1)).hasSize(pair[0].equals(longer) ? 5 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void longStackTracesAreCut(String format) {
        assertThat(encode(format, event(Level.WARN, "m", new IllegalStateException("y".repeat(14_000)))))
                .containsPattern("yyy.{1,6} cut, ")
                .contains("longStackTracesAreCut")
                .hasSizeLessThan(2_048 + 16_000);
        Throwable failure = new IllegalStateException("the first cause");
        for (int i = 0; i < 1_000; i++) {
            failure = new IllegalStateException("z".repeat(1_000), failure);
        }
        assertThat(encode(format, event(Level.WARN, "m", failure)))
                .contains(" more characters")
                .hasSizeLessThan(2 * 32_768);
    }

    @Test
    void anUnknownFormatIsToldAndTextIsWritten() {
        LogLineEncoder encoder = new LogLineEncoder();
        encoder.setContext(context);
        encoder.setFormat("xml");
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .singleElement()
                .asString()
                .contains("must be text or json, not \"xml\"");
        assertThat(new String(encoder.encode(event(Level.INFO, "m", null)), StandardCharsets.UTF_8))
                .endsWith(" INFO  [id-9] Signing: m\n");
    }

    @ParameterizedTest
    @CsvSource({",INFO  [id-9]", "text,INFO  [id-9]", "json,\"level\":\"INFO\"", "JSON,\"level\":\"INFO\""})
    void theServiceTakesTheFormatFromAProperty(String format, String expected) throws Exception {
        if (format != null) {
            context.putProperty("signer.log.format", format);
        }
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogLineEncoderTest.class.getClassLoader().getResource("signer-service-logback.xml"));
        ConsoleAppender<ILoggingEvent> appender = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stdout");
        Encoder<ILoggingEvent> encoder = appender.getEncoder();
        assertThat(new String(encoder.encode(event(Level.INFO, "m", null)), StandardCharsets.UTF_8))
                .contains(expected);
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .extracting(Status::getLevel)
                .containsOnly(Status.INFO);
        assertThat(context.getLogger("org.eclipse.jetty.server").getEffectiveLevel())
                .isEqualTo(Level.WARN);
    }
}
