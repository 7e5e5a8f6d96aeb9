package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;

/**
 * The time from one login to the loss of it, or of the module's state. Handles of sessions and objects are good in their own
 * generation only. Compared by identity.
 */
public final class Generation {

    private final long epoch;
    private final TokenInfo token;
    private final long loginSession;

    /** Whether a signature was made in it: a further login would not help. */
    private volatile boolean proven;

    /**
     * Begins a generation.
     *
     * @param epoch the module's epoch that it is part of
     * @param token the token
     * @param loginSession the session that holds the login
     */
    public Generation(long epoch, TokenInfo token, long loginSession) {
        this.epoch = epoch;
        this.token = token;
        this.loginSession = loginSession;
    }

    /**
     * Returns the module's epoch that it is part of.
     *
     * @return the epoch
     */
    public long epoch() {
        return epoch;
    }

    /**
     * Returns the token.
     *
     * @return what it said of itself when the generation began
     */
    public TokenInfo token() {
        return token;
    }

    /**
     * Returns the session that holds the login.
     *
     * @return its handle
     */
    public long loginSession() {
        return loginSession;
    }

    /** A signature was made in this generation. */
    public void prove() {
        // Read first: many threads would otherwise write the same field at the same time.
        if (!proven) {
            proven = true;
        }
    }

    /**
     * Returns whether a signature was made in this generation.
     *
     * @return {@code false} if a new login has not shown yet that it helps
     */
    public boolean isProven() {
        return proven;
    }
}
