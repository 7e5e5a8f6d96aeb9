package io.github.hsmsigner.service.metrics;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text formats of the metrics. */
public enum ExpositionFormat {
    /** Prometheus text, version 0.0.4; every scraper reads it. */
    PROMETHEUS_TEXT("text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics, version 1.0.0. */
    OPENMETRICS_TEXT("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private static final Pattern OPENMETRICS =
            Pattern.compile("(?i)(?:^|,)\\s*application/openmetrics-text\\s*(;[^,]*)?(?:,|$)");

    /** A weight of 0 means "not this" (RFC 9110, section 12.4.2). */
    private static final Pattern REFUSED = Pattern.compile("(?i);\\s*q=0(\\.0{0,3})?\\s*(;|$)");

    private final String contentType;

    ExpositionFormat(String contentType) {
        this.contentType = contentType;
    }

    /**
     * Selects the format for a scraper: OpenMetrics if it accepts that, otherwise Prometheus text.
     *
     * @param accept the value of the header {@code Accept}; {@code null} if there is none
     * @return the format
     */
    public static ExpositionFormat accepted(String accept) {
        Matcher range = OPENMETRICS.matcher(accept == null ? "" : accept);
        boolean accepted = range.find()
                && (range.group(1) == null || !REFUSED.matcher(range.group(1)).find());
        return accepted ? OPENMETRICS_TEXT : PROMETHEUS_TEXT;
    }

    /** {@return the value for the header {@code Content-Type}} */
    public String contentType() {
        return contentType;
    }
}
