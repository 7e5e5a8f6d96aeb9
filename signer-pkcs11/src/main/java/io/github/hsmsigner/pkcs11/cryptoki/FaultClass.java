package io.github.hsmsigner.pkcs11.cryptoki;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The classes of faults that CKR codes report: their meaning, and how the library handles them. {@link ReturnValue}
 * assigns a class to every code. The page {@code docs/pkcs11-errors.md} is generated from both.
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

    /** The request is wrong. */
    CALLER_ERROR(
            "The token refuses what it was asked for: a mechanism, a parameter, an attribute or a length.",
            "Not tried again, as the answer would be the same. The request fails with an internal error; the token stays in use.",
            "The request is answered with 500, its line in the log has `Token … refuses the request: …`. Readiness does not change.",
            "Compare the function and the code with the line `Plan: …` of the start, and with what the token lists for its mechanisms"
                    + " and allows for the key. The log of the module often says more."),

    /** A session is gone or stuck. */
    SESSION_DEAD(
            "The session does not exist any more, or is in the middle of another operation.",
            "The session is closed, the key is looked up again, and the call is made in another session. If that fails the same way"
                    + " although the login has worked, the login is renewed once. After 10 s without a success the circuit breaker"
                    + " opens, and the probe continues with C_Logout, C_Finalize and C_Initialize.",
            "Nothing for a single one. After three failures in a row, readiness has the reason within a second:"
                    + " `Token … does not work: …`.",
            "Nothing for a single one. Otherwise check whether a firewall or the HSM ends idle connections. Set `keepalive-time`"
                    + " (`Pkcs11Config.Builder.keepaliveTime`) to less than that time."),

    /** A handle of an object is not what it was. */
    STALE_HANDLE(
            "The handle of the key is invalid, or belongs to another object, or the key may not sign.",
            "The key is looked up again, its public key is compared, and the call is made again. Another key is never used. SoftHSM"
                    + " makes handles invalid when another process changes objects of the token, and at C_Initialize; the lookup"
                    + " repairs both. A key that is missing becomes unavailable; other keys of the token continue to sign, without a"
                    + " new login.",
            "Nothing for a single one. A missing key: `Token … has lost its key: …`, in answers with the reason `key_missing` and in"
                    + " readiness with the name of the key, until it is back. Another key in its place:"
                    + " `Token … has another key in the place of …`, in the same places. A key that may not sign:"
                    + " `Token … refuses the key each time it is looked up: …`.",
            "Run `signer-service keys`: which keys does the user of the PIN see, and what may they do (CKA_SIGN)? If a key was replaced"
                    + " on purpose, restart with its certificate.",
            "A key that was made without `sign=true` answers CKR_KEY_FUNCTION_NOT_PERMITTED."),

    /** The login is lost. */
    NOT_LOGGED_IN(
            "The user is not logged in: the login was lost, or other code in the process logged out.",
            "There is one C_Login for all requests that wait for it. Then the keys are looked up again and the calls are made again. A"
                    + " request renews the login only if a signature was made since the last login, so persistent errors cause no"
                    + " series of logins. After 10 s without a success the circuit breaker opens, and the probe continues.",
            "Nothing for a single one. After three failures in a row, readiness has the reason within a second:"
                    + " `Token … does not work: …`.",
            "Nothing for a single one. If it happens often, check whether other code in the process uses the same module and calls"
                    + " C_Logout.",
            "C_Logout ends the login for all sessions of a slot. Whether a login outlives the loss of an HSM is not known."),

    /** The PIN or the user is refused. */
    CREDENTIALS(
            "The token rejects the PIN or the user.",
            "A rejected PIN is never tried again in the process, because tokens lock a user after a few wrong ones. The PIN source is"
                    + " checked every 2 s, and another PIN is tried. After three different rejected PINs no PIN is tried, until an"
                    + " operator allows logins or the process restarts. Requests fail at once meanwhile.",
            "`Unavailable until an operator fixes this: Token … rejects the PIN (C_Login answered …). …`, once in the log. Requests get"
                    + " 503 with the reason `pin_rejected`, and readiness has the same text. After three PINs it is"
                    + " `The token has rejected 3 different PINs in a row. …`.",
            "Find out whether the PIN was changed or the user is locked, before any PIN is tried. Then correct the PIN source. The"
                    + " service reloads a file; a PIN in a variable requires a restart. After three PINs,"
                    + " [allow logins](operations.md#allow-logins-after-three-rejected-pins).",
            "The PIN is `user:password` of a crypto user. Five wrong passwords lock the user."),

    /** The device asks for a pause. */
    THROTTLED(
            "The device could not do it now, or not for this request.",
            "The call is made again after a pause that grows and varies, until the deadline of the request. The session is kept. If no"
                    + " signature succeeds for 10 s, it is not the load: the circuit breaker opens, and the probe continues with C_Logout,"
                    + " C_Finalize and C_Initialize. A YubiHSM whose device session ended after 30 s without use is repaired this way.",
            "Slower answers. A request that met its deadline gets 503 and `Token … did not sign before the deadline. Last error: …`. The"
                    + " reason is `busy` while other requests succeed. After three failures in a row without a success, readiness has"
                    + " the reason within a second.",
            "If other requests succeed, lower the load: fewer sessions, fewer instances, or more HSMs. If none succeeds, read the log of"
                    + " the module.",
            "CKR_FUNCTION_FAILED is answered when more is asked for than the HSMs can do, for a key that is not on two HSMs yet, and in"
                    + " read-only sessions (ours are read-write)."),

    /** There is no room for another session. */
    TOO_MANY_SESSIONS(
            "The token has no room for another session, or no memory.",
            "The call is made again after a pause. If it was C_OpenSession, the pool shrinks to the sessions that are open, and doubles"
                    + " after each `regrow-pause` until it has its size again. Callers wait for a session that another call returns.",
            "Nothing in the log. The token is `DEGRADED`, which readiness and `signer_token_state` show. Requests that find no free"
                    + " session: `All … sessions of the token stayed busy until the deadline.`, with the reason `busy`.",
            "Find out who else has sessions with the token. Keep the maximum of all instances together below what it allows.",
            "1,024 sessions for an application, and some 900 connections to a cluster."),

    /** The device does not work. */
    DEVICE_FAULT(
            "The device, or the connection to it, does not work. Codes of vendors count as this, too.",
            "The call is made again in another session. After five failures in a row, or 10 s without a success, the circuit"
                    + " breaker opens: requests fail at once with a `Retry-After`. The probe signs in a new session; then after"
                    + " C_Logout and C_Login; then after C_Finalize and C_Initialize; and again after growing pauses, until the device"
                    + " signs.",
            "`The circuit breaker opens, and requests are refused until a probe succeeds: Token … does not work: …`, once in the log."
                    + " Requests get 503 with `Retry-After` and the reason `down`, and readiness has the same text. Then"
                    + " `Token … works again, after … ms.`",
            "Check whether the HSM is up, and whether this machine reaches it: addresses, ports, firewalls, certificates. The log of the"
                    + " module often says more. No restart is needed.",
            "TCP ports 2223 to 2225, and the security group of the cluster. C_Initialize answers CKR_GENERAL_ERROR for a wrong"
                    + " configuration or a cluster that is not reached; CKR_DEVICE_ERROR may be a throttled read."),

    /** The module has to be initialised again. */
    MODULE_DEAD(
            "The module is not initialised any more.",
            "The service waits for calls in progress, calls C_Finalize and C_Initialize, logs in and looks the keys up again. Then the"
                    + " calls are made again.",
            "`The PKCS#11 module was initialised again for token ….` A hanging call prevents it:"
                    + " `The PKCS#11 module … cannot be initialised again, because a call in it does not return.`",
            "Nothing for a single one. If it happens often, check whether other code in the process uses the same module and calls"
                    + " C_Finalize. If a call hangs, restart.");

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
     * Returns the meaning.
     *
     * @return a sentence for operators
     */
    public String meaning() {
        return meaning;
    }

    /**
     * Returns how the library handles the fault.
     *
     * @return sentences for operators
     */
    public String handling() {
        return handling;
    }

    /**
     * Returns the signs of the fault in the log, in responses and in the readiness of the service.
     *
     * @return sentences in Markdown, with parts of log lines as code and … where they vary
     */
    public String shown() {
        return shown;
    }

    /**
     * Returns the first checks for an operator.
     *
     * @return sentences in Markdown
     */
    public String advice() {
        return advice;
    }

    /**
     * Returns the particularities of AWS CloudHSM, according to its user guide.
     *
     * @return sentences in Markdown; empty if there are none
     */
    public Optional<String> onCloudHsm() {
        return onCloudHsm;
    }

    /**
     * Returns the codes of this class.
     *
     * @return the codes, in the order of their numbers
     */
    public List<ReturnValue> codes() {
        return Arrays.stream(ReturnValue.values())
                .filter(code -> code.faultClass() == this)
                .toList();
    }
}
