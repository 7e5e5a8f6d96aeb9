package io.github.hsmsigner.service.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * The result of a check, for people and for programs. Immutable.
 *
 * @param findings the findings, in the order in which they were made
 */
public record CheckReport(List<Finding> findings) {

    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    /**
     * Copies the findings.
     *
     * @param findings all that was looked at
     */
    public CheckReport {
        findings = List.copyOf(findings);
    }

    /**
     * Returns whether something does not work.
     *
     * @return {@code true} if there is an error
     */
    public boolean failed() {
        return count(Finding.Level.ERROR) > 0;
    }

    private long count(Finding.Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    /**
     * Writes lines for people, the errors with what to do about them.
     *
     * @param out where to; left open
     */
    public void writeText(PrintWriter out) {
        for (Finding finding : findings) {
            String subject = finding.name().isEmpty() ? finding.area() : finding.area() + " " + finding.name();
            out.printf("%-7s  %s: %s%n", finding.level(), subject, finding.text());
            finding.advice().ifPresent(advice -> out.printf("%-7s  -> %s%n", "", advice));
        }
        out.printf(
                "%n%s: %d errors, %d warnings.%n",
                failed() ? "The service would not work correctly" : "The service would work",
                count(Finding.Level.ERROR),
                count(Finding.Level.WARNING));
    }

    /**
     * Writes a JSON object.
     *
     * @param out where to; left open
     * @throws IOException if it cannot be written
     */
    public void writeJson(PrintWriter out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeBooleanField("ok", !failed());
            json.writeNumberField("errors", count(Finding.Level.ERROR));
            json.writeNumberField("warnings", count(Finding.Level.WARNING));
            json.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                json.writeStartObject();
                json.writeStringField("area", finding.area());
                json.writeStringField("name", finding.name());
                json.writeStringField("level", finding.level().name().toLowerCase(Locale.ROOT));
                json.writeStringField("text", finding.text());
                json.writeStringField("advice", finding.advice().orElse(null));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }
}
