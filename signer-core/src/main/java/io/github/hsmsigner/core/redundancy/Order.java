package io.github.hsmsigner.core.redundancy;

import java.util.Comparator;
import java.util.List;

/** Which of several signers a request goes to first. One that failed when it was last tried comes last, whatever the order. */
public enum Order {
    /** The first in the list as long as it can be used, then the next: a main site and one to fall back on. */
    PREFERRED_FIRST,
    /** The one with the fewest signatures in the making: they share the load as they can bear it. */
    BALANCED;

    /** One that is due for another try comes first, for this request alone. */
    List<Member> arrange(List<Member> members) {
        return members.stream()
                .map(this::candidate)
                .sorted(Comparator.comparingInt(Candidate::group).thenComparingInt(Candidate::load))
                .map(Candidate::member)
                .toList();
    }

    /** Reads what changes all the time once, as the sort compares a member several times. */
    private Candidate candidate(Member member) {
        int group = member.isUsable() ? 1 : member.claimTry() ? 0 : 2;
        return new Candidate(group, this == BALANCED ? member.inFlight() : 0, member);
    }

    private record Candidate(int group, int load, Member member) {}
}
