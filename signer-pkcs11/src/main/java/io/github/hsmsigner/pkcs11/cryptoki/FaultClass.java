package io.github.hsmsigner.pkcs11.cryptoki;

import java.util.Arrays;
import java.util.List;

/**
 * What kind of trouble a CKR code tells of, in words, and what is done about it. {@link ReturnValue} puts every code in one class.
 */
public enum FaultClass {
    /** No trouble. */
    NONE("No error, or one that says that things already are as they should be.", "The call counts as done."),

    /** What was asked for is wrong. */
    CALLER_ERROR(
            "The token refuses what it was asked for: a mechanism, a parameter, an attribute or a length.",
            "Not tried again, as the answer would be the same. The request fails with an internal error; the token stays in use."),

    /** A session is gone or stuck. */
    SESSION_DEAD(
            "The session does not exist any more, or is in the middle of another operation.",
            "The session is closed, the key looked up again and the call made in another session. If that fails the same way, all"
                    + " sessions are replaced and the login is renewed."),

    /** A handle of an object is not what it was. */
    STALE_HANDLE(
            "The handle of the key names nothing, or an object of another kind.",
            "The key is looked up again, its public key compared, and the call made again. Another key is never used."),

    /** The login is lost. */
    NOT_LOGGED_IN(
            "The user is not logged in: the login was lost, or somebody in the process logged out.",
            "One C_Login for all requests that wait for it; then the keys are looked up again and the calls made again."),

    /** The PIN or the user is refused. */
    CREDENTIALS(
            "The token refuses the PIN or the user.",
            "Never tried again with the same PIN, as tokens lock a user after a few wrong ones. Requests fail at once, until the PIN"
                    + " source gives another PIN."),

    /** The device asks for a pause. */
    THROTTLED(
            "The device could not do it just now; CloudHSM answers so when it is asked for too much at once.",
            "Tried again after a short pause, longer each time and varied by chance, until the deadline of the request."),

    /** There is no room for another session. */
    TOO_MANY_SESSIONS(
            "The token has no room for another session.",
            "The pool is made smaller by one session and the call made again; after a while the pool grows back."),

    /** The device does not work. */
    DEVICE_FAULT(
            "The device or the way to it is disturbed. Codes of vendors count as this, too.",
            "Tried again in another session. After some failures in a row, requests fail at once with a time to come back, and the"
                    + " device is probed in the background, if need be with the module initialised anew, until it signs again."),

    /** The module has to be initialised again. */
    MODULE_DEAD(
            "The module is not initialised any more.",
            "All calls are waited for, the module is finalised and initialised, the login made and the keys looked up again; then the"
                    + " calls are made again.");

    private final String meaning;
    private final String handling;

    FaultClass(String meaning, String handling) {
        this.meaning = meaning;
        this.handling = handling;
    }

    /**
     * What it means.
     *
     * @return a sentence for operators
     */
    public String meaning() {
        return meaning;
    }

    /**
     * What is done about it.
     *
     * @return sentences for operators
     */
    public String handling() {
        return handling;
    }

    /**
     * The codes of this class.
     *
     * @return the codes, in the order of their numbers
     */
    public List<ReturnValue> codes() {
        return Arrays.stream(ReturnValue.values())
                .filter(code -> code.faultClass() == this)
                .toList();
    }
}
