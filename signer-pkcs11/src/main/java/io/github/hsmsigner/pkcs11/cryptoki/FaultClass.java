package io.github.hsmsigner.pkcs11.cryptoki;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What kind of trouble a CKR code tells of, in words, and what is done about it. {@link ReturnValue} puts every code in one class.
 * The page {@code docs/pkcs11-errors.md} is made from both.
 */
public enum FaultClass {
    /** No trouble. */
    NONE(
            "No error, or one that says that things already are as they should be.",
            "The call counts as done. Not so C_Initialize: a module that was initialised by others may be finalised by them, too, and is"
                    + " not used.",
            "Nothing, but for `The PKCS#11 module … cannot be initialised: C_Initialize answered CKR_CRYPTOKI_ALREADY_INITIALIZED.` at the"
                    + " start.",
            "Do not use the module through another library in the same process."),

    /** What was asked for is wrong. */
    CALLER_ERROR(
            "The token refuses what it was asked for: a mechanism, a parameter, an attribute or a length.",
            "Not tried again, as the answer would be the same. The request fails with an internal error; the token stays in use.",
            "The request is answered with 500, its line in the log has `Token … refuses the request: …`. Readiness does not change.",
            "Compare the function and the code with the line `Plan: …` of the start, and with what the token lists for its mechanisms"
                    + " and allows for the key. The log of the module often says more."),

    /** A session is gone or stuck. */
    SESSION_DEAD(
            "The session does not exist any more, or is in the middle of another operation.",
            "The session is closed, the key looked up again and the call made in another session. If that fails the same way, all"
                    + " sessions are replaced and the login is renewed.",
            "Nothing, as a rule. A request that goes on failing is answered with 503, and"
                    + " `Token … goes on failing after each new login: …`.",
            "Nothing for a single one. Otherwise see whether something between here and the HSM cuts idle connections, and keep"
                    + " sessions idle for less than that (`Pkcs11Config.Builder.sessionKeepAlive`, from Java)."),

    /** A handle of an object is not what it was. */
    STALE_HANDLE(
            "The handle of the key names nothing, or an object of another kind, or one that may not sign.",
            "The key is looked up again, its public key compared, and the call made again. Another key is never used.",
            "Nothing, as a rule. A key that is gone: `Token … has lost its key: …` in the line of the request. Another key in its"
                    + " place: `Token … has another key in the place of …`, once in the log and in the readiness until the right one is"
                    + " back. A key that may not sign: `Token … refuses the key each time it is looked up: …`.",
            "See which keys the user of the PIN sees now, and what they may do (CKA_SIGN). If a key was replaced on purpose, restart with"
                    + " its certificate.",
            "A key that was made without `sign=true` answers CKR_KEY_FUNCTION_NOT_PERMITTED."),

    /** The login is lost. */
    NOT_LOGGED_IN(
            "The user is not logged in: the login was lost, or somebody in the process logged out.",
            "One C_Login for all requests that wait for it; then the keys are looked up again and the calls made again.",
            "Nothing, as a rule. A request that goes on failing is answered with 503, and"
                    + " `Token … goes on failing after each new login: …`.",
            "Nothing for a single one. If it comes often, see whether other code of the process uses the same module and calls"
                    + " C_Logout.",
            "C_Logout ends the login for all sessions of a slot. Whether a login outlives the loss of an HSM is not known."),

    /** The PIN or the user is refused. */
    CREDENTIALS(
            "The token refuses the PIN or the user.",
            "Never tried again with the same PIN, as tokens lock a user after a few wrong ones. Requests fail at once, until the PIN"
                    + " source gives another PIN.",
            "`Not usable until that is mended: Token … refuses the PIN (C_Login answered …). …`, once in the log; requests are answered"
                    + " with 503 without `Retry-After`, and the readiness has the same reason.",
            "Find out whether the PIN was changed or the user is locked, before anything is tried. Then set the PIN: a source that is"
                    + " read again is taken up by itself, a PIN in the environment takes a restart.",
            "The PIN is `user:password` of a crypto user. Five wrong passwords lock the user."),

    /** The device asks for a pause. */
    THROTTLED(
            "The device could not do it just now, or not for this request.",
            "Tried again after a short pause, longer each time and varied by chance, until the deadline of the request.",
            "Slower answers. A request that met its deadline is answered with 503, and"
                    + " `Token … did not do it before the deadline: …`. Readiness does not change.",
            "Ask for less at once: fewer sessions, or fewer instances; or add HSMs. If no signature is made at all, it is not the load:"
                    + " look at the log of the module.",
            "CKR_FUNCTION_FAILED is answered when more is asked for than the HSMs can do, for a key that is not on two HSMs yet, and in"
                    + " read-only sessions (ours are read-write)."),

    /** There is no room for another session. */
    TOO_MANY_SESSIONS(
            "The token has no room for another session, or no memory.",
            "The call is made again after a short pause. If it was C_OpenSession, the pool is made smaller by one session, and grows back"
                    + " one at a time after a while.",
            "Nothing in the log. The token is `DEGRADED`, which its description shows and readiness does not. Requests that find no free"
                    + " session: `All … sessions of the token stayed busy until the deadline.`",
            "Find out who else has sessions with the token. Keep the maximum of all instances together below what it allows.",
            "1,024 sessions for an application, and some 900 connections to a cluster."),

    /** The device does not work. */
    DEVICE_FAULT(
            "The device or the way to it is disturbed. Codes of vendors count as this, too.",
            "Tried again in another session. After some failures in a row, requests fail at once with a time to come back, and the"
                    + " device is probed in the background, if need be with the module initialised anew, until it signs again.",
            "`Requests fail at once until a probe succeeds: Token … does not work: …`, once in the log; requests are answered with 503"
                    + " and `Retry-After`, and the readiness has the reason. Then `Token … works again, after … ms.`",
            "See whether the HSM is up, and whether this machine reaches it: addresses, ports, firewalls, certificates. The log of the"
                    + " module often says more. No restart is needed.",
            "TCP ports 2223 to 2225, and the security group of the cluster. C_Initialize answers CKR_GENERAL_ERROR for a wrong"
                    + " configuration or a cluster that is not reached; CKR_DEVICE_ERROR may be a throttled read."),

    /** The module has to be initialised again. */
    MODULE_DEAD(
            "The module is not initialised any more.",
            "All calls are waited for, the module is finalised and initialised, the login made and the keys looked up again; then the"
                    + " calls are made again.",
            "`The PKCS#11 module was initialised anew for token ….` While a call hangs in the module it cannot be done:"
                    + " `Requests fail at once until a probe succeeds: The PKCS#11 module … cannot be initialised anew, because a call in"
                    + " it does not come back.`",
            "Nothing for a single one. If it comes often, see whether other code of the process uses the same module and calls"
                    + " C_Finalize. Where a call hangs, restart.");

    private final String meaning;
    private final String handling;
    private final String shown;
    private final String advice;
    private final Optional<String> onCloudHsm;

    FaultClass(String meaning, String handling, String shown, String advice) {
        this(meaning, handling, shown, advice, Optional.empty());
    }

    FaultClass(String meaning, String handling, String shown, String advice, String onCloudHsm) {
        this(meaning, handling, shown, advice, Optional.of(onCloudHsm));
    }

    FaultClass(String meaning, String handling, String shown, String advice, Optional<String> onCloudHsm) {
        this.meaning = meaning;
        this.handling = handling;
        this.shown = shown;
        this.advice = advice;
        this.onCloudHsm = onCloudHsm;
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
     * What an operator sees of it in the log, in answers and in the readiness of the service.
     *
     * @return sentences in Markdown, with parts of log lines as code and … where they vary
     */
    public String shown() {
        return shown;
    }

    /**
     * What an operator should look at first.
     *
     * @return sentences in Markdown
     */
    public String advice() {
        return advice;
    }

    /**
     * What is particular about it on AWS CloudHSM, by AWS CloudHSM's user guide.
     *
     * @return sentences in Markdown; empty if nothing is
     */
    public Optional<String> onCloudHsm() {
        return onCloudHsm;
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
