package io.github.hsmsigner.pkcs11;

/**
 * The thread that calls a PKCS#11 module for a signature. A call that hangs in native code cannot be ended. The calling
 * thread waits for it, whatever the deadline is.
 */
public enum CallingThread {

    /**
     * {@link #CALLER} for SoftHSM, which works in this process and has no device that could hang; otherwise
     * {@link #MODULE}.
     */
    AUTOMATIC,

    /**
     * Separate threads call the module. The caller always gets a response by its deadline. A hand-over costs some 30
     * µs.
     */
    MODULE,

    /**
     * The caller's own thread calls the module if a session is free, without a hand-over. A caller whose call hangs
     * gets no response. Calls that wait for a session run on separate threads.
     */
    CALLER
}
