package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, section 3.2; the values are those of its examples and variations of them. */
class RequestMetadataTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private static Optional<String> traceId(String traceParent) {
        return metadata("traceparent", traceParent).traceId;
    }

    private static RequestMetadata metadata(String header, String... values) {
        return new RequestMetadata(
                "id", name -> name.equals(header) ? List.of(values) : List.of(), false, Duration.ZERO, Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-00",
                "00-" + TRACE + "-" + PARENT + "-ff",
                "01-" + TRACE + "-" + PARENT + "-01",
                "cc-" + TRACE + "-" + PARENT + "-01-what the future brings"
            })
    void aValidHeaderHasATraceId(String header) {
        assertThat(traceId(header)).contains(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-" + PARENT + "-01",
                "0-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT,
                "00-" + TRACE + "-" + PARENT + "-1",
                "00-" + TRACE + "-" + PARENT + "-01-extra",
                "00-" + TRACE + "-" + PARENT + "-01-",
                "cc-" + TRACE + "-" + PARENT + "-01.what",
                "00-00000000000000000000000000000000-" + PARENT + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + PARENT + "-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-" + PARENT + "-01",
                "00-" + TRACE + "a-" + PARENT + "-01",
                " 00-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-01, 00-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-01\n"
            })
    void anInvalidHeaderIsIgnored(String header) {
        assertThat(traceId(header)).isEmpty();
    }

    @Test
    void allValuesOfAHeaderCount() {
        assertThat(metadata("Content-Type", "text/plain", "application/json").contentType)
                .hasValue("text/plain, application/json");
        assertThat(metadata("Content-Type").contentType).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1, 1", "0x10", "9999999999999999999"})
    void aLengthThatIsNoNumberIsUnknown(String header) {
        assertThat(metadata("Content-Length", header).contentLength).isEmpty();
        assertThat(metadata("Content-Length", "0123").contentLength).hasValue(123);
    }

    @Test
    void aLongHeaderIsRejectedQuickly() {
        assertThat(traceId("00-" + "a".repeat(100_000))).isEmpty();
    }
}
