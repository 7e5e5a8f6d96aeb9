package io.github.hsmsigner.pkcs11.simulation;

/** What must be true in each simulation. */
enum Invariant {
    SIGNATURE("Safety: each signature that a caller gets is that of its key and data."),
    REJECTED_PIN("Safety: no PIN that the token rejected is tried again."),
    PIN_TRIES("Safety: at most three different wrong PINs are tried in a row."),
    PIN_SOURCE("Safety: the PIN source is called for logins, and not for each signature."),
    PIN_WAIT("Truth: a call of the PIN source that does not return is no hanging call of the module."),
    LOGINS("Safety: the number of logins is bounded."),
    OPENINGS("Safety: the number of sessions that are opened is bounded."),
    SESSIONS("Safety: the number of sessions that are open at the same time is bounded."),
    TASKS("Safety: the number of threads is bounded."),
    MODULE_USE("Safety: one thread at a time uses a session; none is in the module during C_Initialize or C_Finalize."),
    CAPACITY("Safety: after the faults, no permit, session or lock is lost."),
    CLOSED("Safety: close() ends in time; then no session is open, and C_Finalize was called."),
    EXCEPTIONS("Safety: a request fails with a SigningException, and no exception ends a background task."),
    TRUTHFUL_HEALTH(
            "Truth: while all requests with keys that seem to work fail for longer than 11 s, the token is not usable."),
    KEY_HEALTH("Truth: while all requests with a key fail for longer than 11 s, it is not usable; afterwards it is."),
    NO_FALSE_ALARM("Truth: interrupted or impatient callers, and missing keys, do not make the token unusable."),
    HEALTHY_AGAIN("Truth: the token is healthy again after the faults."),
    RECOVERY("Liveness: soon after the faults end, each key signs."),
    OTHER_KEYS("Liveness: a key that fails alone takes the others away for one second at most."),
    OTHER_TOKEN("Liveness: a token works while only another token of the same module fails."),
    OPENING(
            "Liveness: a token can be opened once the faults end. Before, it leaves no session and no initialised module."),
    OTHERS_SERVED("Liveness: a patient request does not fail because of other callers or another key."),
    FREE_SESSION("Liveness: a request that can have a free session does not wait for one that is being opened."),
    DEADLINES("Liveness: a request ends by its deadline."),
    PROGRESS("Liveness: no deadlock and no livelock.");

    private final String meaning;

    Invariant(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String toString() {
        return name() + " (" + meaning + ")";
    }
}
