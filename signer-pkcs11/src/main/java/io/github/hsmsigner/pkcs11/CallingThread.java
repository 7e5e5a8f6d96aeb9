package io.github.hsmsigner.pkcs11;

/**
 * On which thread a PKCS#11 module is called for a signature. A call that hangs in native code cannot be ended: who made it waits for
 * it, whatever the deadline says.
 */
public enum CallingThread {

    /** {@link #CALLER} for SoftHSM, which works in this very process and has no device that could hang; else {@link #MODULE}. */
    AUTOMATIC,

    /** On threads that are kept for the module: the caller is always answered at its deadline. A hand-over costs some 30 µs. */
    MODULE,

    /**
     * On the caller's own thread if a session is free, so that nothing is handed over; a caller whose call hangs is not answered. Calls
     * that have to wait for a session are made on threads that are kept for the module.
     */
    CALLER
}
