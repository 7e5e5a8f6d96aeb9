package io.github.hsmsigner.pkcs11.internal.session;

/** Receives the errors of a session pool that no caller receives. Implementations are thread-safe and throw nothing. */
public interface PoolListener {

    /**
     * A session could not be opened in the background.
     *
     * @param cause the error
     */
    void openingFailed(Throwable cause);

    /**
     * A check found that the user is not logged in any more.
     *
     * @param generation the generation whose login was lost
     */
    void loginLost(Generation generation);
}
