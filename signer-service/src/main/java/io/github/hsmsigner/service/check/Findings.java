package io.github.hsmsigner.service.check;

import io.github.hsmsigner.service.check.CheckReport.Finding;
import io.github.hsmsigner.service.check.CheckReport.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects findings about one subject. All collectors of a check share a list. Not thread-safe.
 *
 * @param all the findings about all subjects
 * @param area the area of the subject: {@code settings}, {@code token} or another
 * @param name the name of the subject in its area; empty if there is only one
 */
record Findings(List<Finding> all, String area, String name) {

    Findings() {
        this(new ArrayList<>(), "", "");
    }

    Findings about(String otherArea, String otherName) {
        return new Findings(all, otherArea, otherName);
    }

    Findings about(String otherArea) {
        return about(otherArea, "");
    }

    void ok(String text) {
        all.add(new Finding(area, name, Level.OK, text, Optional.empty()));
    }

    void warning(String text, String advice) {
        all.add(new Finding(area, name, Level.WARNING, text, Optional.of(advice)));
    }

    void error(String text, String advice) {
        all.add(new Finding(area, name, Level.ERROR, text, Optional.of(advice)));
    }
}
