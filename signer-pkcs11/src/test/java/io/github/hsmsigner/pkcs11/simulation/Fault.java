package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import java.time.Duration;
import java.util.Set;

/**
 * A line of the script: something that is wrong from one time to another.
 *
 * @param kind what it belongs to
 * @param begin when it begins
 * @param end when it ends at the latest
 * @param until what ends it earlier
 * @param functions the functions of the module that it affects; empty if it affects something else
 * @param probability how often it affects them
 * @param effect what it does to a call
 * @param words what it does, in words
 */
record Fault(
        Scenario.Kind kind,
        Duration begin,
        Duration end,
        Until until,
        Set<String> functions,
        double probability,
        Effect effect,
        String words) {

    static final Duration NEVER = Duration.ofDays(1);

    /** What ends a fault before its time. */
    enum Until {
        TIME,
        NEXT_C_INITIALIZE,
        NEXT_C_LOGIN
    }

    /** What a fault does to a call. */
    @FunctionalInterface
    interface Effect {
        /** Returns the time that the call takes longer, or throws what the call answers. */
        Duration on(String function, Duration left) throws CryptokiException;
    }

    static Effect answer(long code) {
        return (function, left) -> {
            throw new CryptokiException(function, code);
        };
    }

    static Effect answer(ReturnValue value) {
        return answer(value.code());
    }

    /** A call does not return before the fault ends. */
    static Effect hang() {
        return (function, left) -> left;
    }

    /** A call takes longer, but returns when the fault ends. */
    static Effect slow(Duration time) {
        return (function, left) -> time.compareTo(left) < 0 ? time : left;
    }

    /** A fault of something else than the module. */
    static Fault of(Scenario.Kind kind, Duration begin, Duration end, String words) {
        return new Fault(kind, begin, end, Until.TIME, Set.of(), 1, (function, left) -> Duration.ZERO, words);
    }

    boolean isActive(Duration now) {
        return now.compareTo(begin) >= 0 && now.compareTo(end) < 0;
    }

    boolean endsByTime() {
        return until == Until.TIME;
    }

    @Override
    public String toString() {
        String how = functions.isEmpty()
                ? ""
                : String.join(", ", functions) + (probability < 1 ? " (" + Math.round(100 * probability) + " %)" : "")
                        + ": ";
        String time = switch (until) {
            case TIME -> end.equals(NEVER) ? "for ever" : "until " + Scenario.seconds(end);
            case NEXT_C_INITIALIZE -> "until the next C_Initialize";
            case NEXT_C_LOGIN -> "until the next C_Login";
        };
        return "from " + Scenario.seconds(begin) + " " + time + ": " + how + words;
    }
}
