package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionFormatTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/openmetrics-text",
                "Application/OpenMetrics-Text; version=1.0.0",
                "application/vnd.google.protobuf;q=0.7,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"
            })
    void openMetricsForThoseThatAcceptIt(String accept) {
        assertThat(ExpositionFormat.accepted(accept)).isEqualTo(ExpositionFormat.OPENMETRICS_TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",;,",
                "*/*",
                "text/plain",
                "text/html,application/xhtml+xml",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                "application/openmetrics-text;q=0",
                "application/openmetrics-text; Q=0.000, text/plain"
            })
    void prometheusTextForAllOthers(String accept) {
        assertThat(ExpositionFormat.accepted(accept)).isEqualTo(ExpositionFormat.PROMETHEUS_TEXT);
    }

    @Test
    void bothAreWrittenAsTheirTypeSays() {
        assertThat(ExpositionFormat.accepted(null)).isEqualTo(ExpositionFormat.PROMETHEUS_TEXT);
        try (ServiceMetrics metrics = new ServiceMetrics("1")) {
            metrics.bindRuntime();
            assertThat(Scrapes.text(metrics, "application/openmetrics-text")).endsWith("# EOF\n");
            assertThat(Scrapes.text(metrics, "application/vnd.google.protobuf"))
                    .contains("# TYPE signer_requests_total counter\n")
                    .doesNotContain("# EOF");
        }
    }
}
