package io.github.hsmsigner.examples.policy;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A department may use its own key and no other, in containers only, with SHA-384 or better, and on working days
 * between eight and six. The transport says which department asks, in the fact {@value #DEPARTMENT}; it must have found
 * that out in a way that can be trusted, such as by a client certificate.
 *
 * <p>The reasons are for the operator's log, and the client learns that it is denied. Immutable and thread-safe.
 */
final class OfficeHoursPolicy implements SigningPolicy {

    /** The name of the fact. */
    static final String DEPARTMENT = "department";

    private static final LocalTime OPENS = LocalTime.of(8, 0);
    private static final LocalTime CLOSES = LocalTime.of(18, 0);
    private static final Set<DayOfWeek> WEEKEND = Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

    private final Map<String, String> keysByDepartment;
    private final Clock clock;

    /** Makes the policy; the clock's zone is that of the office. */
    OfficeHoursPolicy(Map<String, String> keysByDepartment, Clock clock) {
        this.keysByDepartment = Map.copyOf(keysByDepartment);
        this.clock = clock;
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        Optional<String> department =
                Optional.ofNullable(attempt.context().transportFacts().get(DEPARTMENT));
        Optional<String> key = department.map(keysByDepartment::get);
        if (key.isEmpty()) {
            return PolicyDecision.deny("no department that has a key");
        }
        // The audit log names who asked, also where the request is denied.
        return decide(attempt, ZonedDateTime.now(clock))
                .withCaller(department.get())
                .withKey(key.get());
    }

    private static PolicyDecision decide(SigningAttempt attempt, ZonedDateTime now) {
        if (attempt.action() == SigningAction.CERTIFICATES) {
            return PolicyDecision.allow();
        }
        if (attempt.action() == SigningAction.RAW_SIGNATURE) {
            return PolicyDecision.deny("no caller may make bare signatures");
        }
        if (attempt.digestAlgorithm().filter(DigestAlgorithm.SHA256::equals).isPresent()) {
            return PolicyDecision.deny("SHA-384 or SHA-512 is asked for");
        }
        ZonedDateTime opening = opening(now);
        if (opening.isAfter(now)) {
            return PolicyDecision.denyForNow("the office is closed", Duration.between(now, opening));
        }
        return PolicyDecision.allow();
    }

    /** Returns when the office opens next; not in the future while it is open. */
    private static ZonedDateTime opening(ZonedDateTime now) {
        ZonedDateTime day = now.toLocalTime().isBefore(CLOSES) ? now : now.plusDays(1);
        while (WEEKEND.contains(day.getDayOfWeek())) {
            day = day.plusDays(1);
        }
        return day.toLocalDate().atTime(OPENS).atZone(now.getZone());
    }
}
