package io.github.hsmsigner.service.metrics;

import java.util.Locale;

/** The text formats in which metrics are written. */
public enum ExpositionFormat {
    /** Prometheus text, version 0.0.4; every scraper reads it. */
    PROMETHEUS_TEXT("text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics, version 1.0.0. */
    OPENMETRICS_TEXT("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private static final String OPENMETRICS = "application/openmetrics-text";

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
        if (accept == null) {
            return PROMETHEUS_TEXT;
        }
        for (String range : accept.split(",")) {
            String[] parts = range.split(";", -1);
            if (parts[0].strip().equalsIgnoreCase(OPENMETRICS)) {
                return refused(parts) ? PROMETHEUS_TEXT : OPENMETRICS_TEXT;
            }
        }
        return PROMETHEUS_TEXT;
    }

    /** A weight of 0 means "not this" (RFC 9110, section 12.4.2). */
    private static boolean refused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().toLowerCase(Locale.ROOT).matches("q=0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the value for the header {@code Content-Type}.
     *
     * @return the media type with its parameters
     */
    public String contentType() {
        return contentType;
    }
}
