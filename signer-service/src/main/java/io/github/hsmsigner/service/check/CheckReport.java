package io.github.hsmsigner.service.check;

import java.util.List;
import java.util.Optional;

/** The result of a check: the findings, in the order in which they were made. Immutable. */
public record CheckReport(List<Finding> findings) {

    /** The kinds of findings. */
    public enum Level {
        /** As it should be. */
        OK,
        /** It works, and an operator should know. */
        WARNING,
        /** It does not work. */
        ERROR
    }

    /**
     * A result about one subject.
     *
     * @param area the area of the subject: {@code settings}, {@code token} or another
     * @param name the name of the subject in its area; empty if there is only one
     * @param advice the remedy; empty if none is required
     */
    public record Finding(String area, String name, Level level, String text, Optional<String> advice) {}

    /** Collects the findings about one subject. All collectors of a check share the list. Not thread-safe. */
    record Collector(List<Finding> findings, String area, String name) {

        Collector about(String otherArea, String otherName) {
            return new Collector(findings, otherArea, otherName);
        }

        Collector about(String otherArea) {
            return about(otherArea, "");
        }

        void ok(String text) {
            findings.add(new Finding(area, name, Level.OK, text, Optional.empty()));
        }

        void warning(String text, String advice) {
            findings.add(new Finding(area, name, Level.WARNING, text, Optional.of(advice)));
        }

        void error(String text, String advice) {
            findings.add(new Finding(area, name, Level.ERROR, text, Optional.of(advice)));
        }
    }

    /** {@return whether something does not work} */
    public boolean failed() {
        return count(Level.ERROR) > 0;
    }

    /** {@return the number of findings of a level} */
    public long count(Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    /** {@return lines for people, without a line end after the last} */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            String subject = finding.name().isEmpty() ? finding.area() : finding.area() + " " + finding.name();
            text.append(String.format("%-7s  %s: %s%n", finding.level(), subject, finding.text()));
            finding.advice().ifPresent(advice -> text.append(String.format("%-7s  -> %s%n", "", advice)));
        }
        return text.append(String.format(
                        "%n%s: %d errors, %d warnings.",
                        failed() ? "The service would not work correctly" : "The service would work",
                        count(Level.ERROR),
                        count(Level.WARNING)))
                .toString();
    }
}
