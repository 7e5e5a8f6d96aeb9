package io.github.hsmsigner.pkcs11.session;

/**
 * A session of a generation. Used by one thread at a time.
 */
public final class Session {

    private final long handle;
    private final Generation generation;
    private volatile long lastUse;

    Session(long handle, Generation generation) {
        this.handle = handle;
        this.generation = generation;
    }

    /**
     * The session that holds a generation's login, for work that is not a signature of a request.
     *
     * @param generation the generation
     * @return its session
     */
    public static Session ofLogin(Generation generation) {
        return new Session(generation.loginSession(), generation);
    }

    /**
     * Its number in the module.
     *
     * @return the handle
     */
    public long handle() {
        return handle;
    }

    /**
     * The generation that it belongs to.
     *
     * @return the generation
     */
    public Generation generation() {
        return generation;
    }

    long lastUse() {
        return lastUse;
    }

    void used(long nanoTime) {
        lastUse = nanoTime;
    }
}
