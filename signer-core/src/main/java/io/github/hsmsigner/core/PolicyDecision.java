package io.github.hsmsigner.core;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a {@link SigningPolicy}. Immutable.
 */
public final class PolicyDecision {

    private static final PolicyDecision ALLOW = new PolicyDecision(List.of(), null, null, null, null);

    private final List<String> callers;
    private final @Nullable String keyName;
    private final @Nullable String missingKeyReason;
    private final @Nullable String denialReason;
    private final @Nullable Duration retryAfter;

    private PolicyDecision(
            List<String> callers,
            @Nullable String keyName,
            @Nullable String missingKeyReason,
            @Nullable String denialReason,
            @Nullable Duration retryAfter) {
        this.callers = callers;
        this.keyName = keyName;
        this.missingKeyReason = missingKeyReason;
        this.denialReason = denialReason;
        this.retryAfter = retryAfter;
    }

    /**
     * Allows the request.
     *
     * @return the decision
     */
    public static PolicyDecision allow() {
        return ALLOW;
    }

    /**
     * Allows the request; the policy knows the caller.
     *
     * @param caller what the audit log calls the caller; must not repeat the signing token
     * @return the decision
     */
    public static PolicyDecision allow(String caller) {
        return ALLOW.withCaller(caller);
    }

    /**
     * Refuses the request.
     *
     * @param reason the reason, for the operator's log; the client does not see it. Must not repeat the signing token
     * @return the decision
     */
    public static PolicyDecision deny(String reason) {
        return new PolicyDecision(List.of(), null, null, Objects.requireNonNull(reason, "reason"), null);
    }

    /**
     * Refuses the request for now, because the caller sends too many. The caller may repeat it later.
     *
     * @param reason the reason, for the operator's log; the client does not see it. Must not repeat the signing token
     * @param retryAfter the time after which a retry is sensible; the client receives it
     * @return the decision
     */
    public static PolicyDecision denyForNow(String reason, Duration retryAfter) {
        return new PolicyDecision(
                List.of(),
                null,
                null,
                Objects.requireNonNull(reason, "reason"),
                Objects.requireNonNull(retryAfter, "retryAfter"));
    }

    /**
     * Returns this decision with one more caller. A denial may also name the caller that it denies.
     *
     * @param known the name of the caller in the log and the audit log; must not repeat the signing token
     * @return the decision
     */
    public PolicyDecision withCaller(String known) {
        Objects.requireNonNull(known, "known");
        return withCallers(Stream.concat(callers.stream(), Stream.of(known)).toList());
    }

    /**
     * Returns this decision with other callers. A request can have several identities, such as that of a client certificate and
     * that of a signing token.
     *
     * @param known the names of the callers; the decision keeps the first of equal names. Must not repeat the signing token
     * @return the decision
     */
    public PolicyDecision withCallers(List<String> known) {
        return known.equals(callers)
                ? this
                : new PolicyDecision(
                        known.stream().distinct().toList(), keyName, missingKeyReason, denialReason, retryAfter);
    }

    /**
     * Returns the same decision, with the key to use. It is used where the request names no key. A request that names
     * another one is denied, and one for a key that is not there fails. Of no effect in a denial.
     *
     * @param chosen the name of the key
     * @return the decision
     */
    public PolicyDecision withKey(String chosen) {
        return new PolicyDecision(callers, Objects.requireNonNull(chosen, "chosen"), null, denialReason, retryAfter);
    }

    /**
     * Returns this decision without a key, with the reason why the policy chooses none. If the request names no key either and there
     * are several keys, the request fails with this reason. If there is a single key, the service uses it. The reason has no effect
     * in a denial.
     *
     * @param reason why the policy chooses no key, and what is expected; the client sees it
     * @return the decision
     */
    public PolicyDecision withoutKey(String reason) {
        return new PolicyDecision(callers, null, Objects.requireNonNull(reason, "reason"), denialReason, retryAfter);
    }

    /**
     * Returns the callers: every identity of the request that the policy knows.
     *
     * @return the distinct names of the callers in the log and the audit log; unmodifiable, empty if the policy knows
     *     no caller
     */
    public List<String> callers() {
        return callers;
    }

    /**
     * Returns the key that the policy chose.
     *
     * @return its name, or empty if the policy leaves the choice to the request
     */
    public Optional<String> keyName() {
        return Optional.ofNullable(keyName);
    }

    /**
     * Returns why the policy chose no key.
     *
     * @return the reason, or empty if the policy chose a key or gave no reason
     */
    public Optional<String> missingKeyReason() {
        return Optional.ofNullable(missingKeyReason);
    }

    /**
     * Returns the reason for the refusal.
     *
     * @return the reason, or empty if the request is allowed
     */
    public Optional<String> denialReason() {
        return Optional.ofNullable(denialReason);
    }

    /**
     * Returns when a request that is refused for now may be repeated.
     *
     * @return the time to wait; empty if the request is allowed, or waiting does not help
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
