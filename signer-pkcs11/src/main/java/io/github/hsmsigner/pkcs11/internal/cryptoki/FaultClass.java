package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Optional;

/**
 * The classes of faults that CKR codes report: their meaning, and how the library handles them. {@link ReturnValue}
 * assigns a class to every code. The page {@code docs/troubleshooting/pkcs11-errors.md} is generated from both.
 */
public enum FaultClass {
    /** No trouble. */
    NONE(
            "No error, or a code for a state that is already correct.",
            "The call counts as successful, except C_Initialize: other code that initialised a module may"
                    + " also finalise it, so the service does not use it. If its own C_Finalize failed before, the"
                    + " module continues with its sessions.",
            "None, except `The PKCS#11 module … cannot be initialised: C_Initialize answered"
                    + " CKR_CRYPTOKI_ALREADY_INITIALIZED.` at startup.",
            "Do not use the module through another library in the process."),

    /** The request is wrong. */
    CALLER_ERROR(
            "The token refuses the request: a mechanism, a parameter, an attribute or a length.",
            "The request fails without a retry. The token stays in use.",
            "The request gets 500. Its log line has `Token … refuses the request: …`.",
            "Compare the function and the code with the log line `Plan: …` from startup, the token's"
                    + " mechanisms and the key's attributes."),

    /** A session is gone or stuck. */
    SESSION_DEAD(
            "The session no longer exists, or another operation is active in it.",
            "The service closes the session, looks up the key again, and repeats the call in another session."
                    + " If that fails too, it renews the login once. After 10 s without a success the circuit breaker"
                    + " opens.",
            "None for a single failure. Afterwards, readiness has `Token … does not work: …`.",
            "None for a single failure. Otherwise check whether a firewall or the HSM ends idle connections."
                    + " Set `keepalive-time` (`Pkcs11Config.Builder.keepaliveTime`) to less than that time."),

    /** A handle of an object is not what it was. */
    STALE_HANDLE(
            "The key's handle is invalid or belongs to another object, or the key may not sign.",
            "The service looks up the key again, compares its public key, and repeats the call. It never uses"
                    + " another key. A missing key is unavailable. Other keys continue to sign.",
            "None for a single failure. A missing key: `Token … has lost its key: …`, with the reason"
                    + " `key_missing`, and in readiness until it is back. A different key: `Token … has another key in"
                    + " the place of …`, reported in the same way. A key that may not sign: `Token … refuses the key"
                    + " each time it is looked up: …`.",
            "Run `signer-service keys`, and check the keys and their CKA_SIGN. If a key was replaced on"
                    + " purpose, restart with its certificate.",
            "A key without `sign=true` answers CKR_KEY_FUNCTION_NOT_PERMITTED."),

    /** The login is lost. */
    NOT_LOGGED_IN(
            "The user is not logged in: the login was lost, or other code in the process logged out.",
            "The service calls C_Login once for all waiting requests, looks up the keys again and repeats the"
                    + " calls. After 10 s without a success the circuit breaker opens.",
            "None for a single failure. Afterwards, readiness has `Token … does not work: …`.",
            "None for a single failure. Otherwise check whether other code in the process calls C_Logout.",
            "It is unknown whether a login survives the loss of an HSM."),

    /** The PIN or the user is refused. */
    CREDENTIALS(
            "The token rejects the PIN or the user.",
            "A process never tries a rejected PIN again. It checks the PIN source every 2 s, and tries a new PIN,"
                    + " up to three in a row. Meanwhile, requests fail at once.",
            "`Unavailable until an operator fixes this: Token … rejects the PIN (C_Login answered …). …`,"
                    + " once in the log. Requests get 503 with the reason `pin_rejected`, and readiness has the text."
                    + " After three PINs it is `The token has rejected 3 different PINs in a row. …`.",
            "[SignerLoginRefused](runbook.md#signerloginrefused) has the steps.",
            "The PIN is `user:password` of a crypto user. Five wrong passwords lock the user."),

    /** The device asks for a pause. */
    THROTTLED(
            "The device cannot do it now, or not for this request.",
            "The service repeats the call in the same session, after growing random pauses, until the"
                    + " request's deadline. If no signature succeeds for 10 s, the circuit breaker opens. Its probe also"
                    + " repairs a YubiHSM whose device session ended.",
            "Slower answers. At its deadline, a request gets 503 and `Token … did not sign before the"
                    + " deadline. Last error: …`. The reason is `busy` while other requests succeed.",
            "If other requests succeed, lower the load: fewer sessions, fewer instances, or more HSMs."
                    + " Otherwise read the module's log.",
            "CloudHSM answers CKR_FUNCTION_FAILED under too much load, for a key that is not on two HSMs yet,"
                    + " and in read-only sessions (ours are read-write)."),

    /** There is no room for another session. */
    TOO_MANY_SESSIONS(
            "The token permits no further session, or has no memory.",
            "The service repeats the call after a pause. After C_OpenSession, the pool shrinks to the open"
                    + " sessions, and doubles after each `regrow-pause` until it has its size again. Callers wait for a"
                    + " free session.",
            "No log line. Readiness and `signer_token_state` show `DEGRADED`. Requests without a free"
                    + " session: `All … sessions of the token stayed busy until the deadline.`, with the reason `busy`.",
            "Find the other programs with sessions. Keep the sum of all instances below the token's limit.",
            "1,024 sessions for an application, some 900 connections to a cluster."),

    /** The device does not work. */
    DEVICE_FAULT(
            "The device, or the connection to it, does not work. Vendor codes, and codes of a later standard,"
                    + " belong to this class too.",
            "The service repeats the call in another session. After five failures in a row, or 10 s without a"
                    + " success, the circuit breaker opens: requests fail at once with a `Retry-After`, until a probe"
                    + " signs.",
            "`The circuit breaker opens, and requests are refused until a probe succeeds: Token … does not"
                    + " work: …`, once in the log. Requests get 503 with the reason `down`, and readiness has the text."
                    + " Then `Token … works again, after … ms.`",
            "Check whether the HSM is up and reachable: addresses, ports, firewalls, certificates. Read the module's"
                    + " log. No restart is needed.",
            "Check TCP ports 2223 to 2225, and the security group of the cluster. C_Initialize answers"
                    + " CKR_GENERAL_ERROR for a wrong configuration or an unreachable cluster. CKR_DEVICE_ERROR may be a"
                    + " throttled read."),

    /** The module has to be initialised again. */
    MODULE_DEAD(
            "The module is no longer initialised.",
            "The service waits for calls in progress, initialises the module again, logs in, looks up the"
                    + " keys and repeats the calls.",
            "`The PKCS#11 module was initialised again for token ….` A hanging call prevents it: `The PKCS#11"
                    + " module … cannot be initialised again, because a call in it does not return.`",
            "None for a single failure. Otherwise check whether other code in the process calls C_Finalize."
                    + " If a call hangs, restart.");

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
}
