package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.auth.PolicyFactory;
import io.github.hsmsigner.service.auth.PolicySettings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks who may sign. */
final class AccessCheck {

    private static final String AREA = "access";

    private AccessCheck() {}

    static List<Finding> of(AccessSettings access, Set<String> keyNames, Clock clock) {
        List<Finding> findings = new ArrayList<>();
        String kinds = access.policies().stream().map(PolicySettings::kind).collect(Collectors.joining(" and "));
        try {
            new PolicyFactory(clock).policy(access);
            findings.add(Finding.ok(
                    AREA,
                    "",
                    "Policy: " + kinds + "; rules for " + access.callers().size() + " callers."));
        } catch (InvalidConfigurationException e) {
            findings.add(Finding.error(AREA, "", e.getMessage(), "Correct the file or secret of the policy."));
        }
        access.warnings()
                .forEach(warning -> findings.add(Finding.warning(
                        AREA,
                        "",
                        warning,
                        "Set a stronger policy, or let a firewall or network policy admit Document Engine alone.")));
        access.certificateWarnings(keyNames)
                .forEach(warning -> findings.add(Finding.warning(
                        AREA,
                        "",
                        warning,
                        "Check that applications which sign with another key send its certificates.")));
        Set<String> unknown = new TreeSet<>(access.keyNames());
        unknown.removeAll(keyNames);
        unknown.forEach(name -> findings.add(Finding.error(
                AREA,
                "",
                "The policy names the key \"" + name + "\", which is not set.",
                "Use one of " + keyNames + ", or add that key.")));
        return findings;
    }
}
