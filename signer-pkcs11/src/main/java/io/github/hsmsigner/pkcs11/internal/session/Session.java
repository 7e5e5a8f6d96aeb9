package io.github.hsmsigner.pkcs11.internal.session;

/** A session of a generation. Used by one thread at a time. */
public final class Session {

    private final long handle;
    private final Generation generation;
    private final long openedAt;
    private final CallTimer timer;
    private volatile long lastUse;
    private volatile long lastCheck;
    private volatile int failures;

    Session(long handle, Generation generation, long nanoTime, CallTimer timer) {
        this.handle = handle;
        this.generation = generation;
        this.openedAt = nanoTime;
        this.timer = timer;
        this.lastUse = nanoTime;
        this.lastCheck = nanoTime;
    }

    /**
     * Returns the session that holds the login of a generation, for work that is not a signature of a request.
     *
     * @param generation the generation
     * @return its session
     */
    public static Session ofLogin(Generation generation) {
        return new Session(generation.loginSession(), generation, 0, new CallTimer());
    }

    /**
     * Returns its number in the module.
     *
     * @return the handle
     */
    public long handle() {
        return handle;
    }

    /**
     * Returns the generation that it belongs to.
     *
     * @return the generation
     */
    public Generation generation() {
        return generation;
    }

    CallTimer timer() {
        return timer;
    }

    long openedAt() {
        return openedAt;
    }

    long lastUse() {
        return lastUse;
    }

    /** Returns the time of the last use or check. */
    long lastCheck() {
        return lastCheck;
    }

    void used(long nanoTime) {
        lastUse = nanoTime;
        lastCheck = nanoTime;
    }

    void checked(long nanoTime) {
        lastCheck = nanoTime;
    }

    /** Counts a call that failed, or begins the count again; returns the failures in a row. */
    int outcome(boolean failed) {
        int now = failed ? failures + 1 : 0;
        if (now != failures) {
            failures = now;
        }
        return now;
    }
}
