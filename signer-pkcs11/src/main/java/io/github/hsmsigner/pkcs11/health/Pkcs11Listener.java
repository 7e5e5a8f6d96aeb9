package io.github.hsmsigner.pkcs11.health;

import java.time.Duration;

/**
 * The events between this library and a token, for metrics and audit. Every method does nothing unless implemented.
 *
 * <p>Implementations are thread-safe, return at once and throw nothing. Current numbers, such as sessions in use, are
 * in {@link SessionStatistics}.
 */
public interface Pkcs11Listener {

    /** A session for signatures was opened. */
    default void sessionOpened() {}

    /**
     * A session for signatures was closed.
     *
     * @param reason the reason
     */
    default void sessionClosed(SessionCloseReason reason) {}

    /** C_Login succeeded, or found that the user was logged in. */
    default void loggedIn() {}

    /** C_Login refused the PIN or the user. */
    default void loginRefused() {}

    /**
     * Login and keys work again after a fault, in a new generation.
     *
     * @param moduleInitialized whether the module was initialised again for it
     */
    default void recovered(boolean moduleInitialized) {}

    /**
     * The circuit breaker opened; requests fail at once.
     *
     * @param reason the reason, for the operator
     */
    default void breakerOpened(String reason) {}

    /**
     * The circuit breaker closed; requests are served again.
     *
     * @param openFor how long it was open
     */
    default void breakerClosed(Duration openFor) {}

    /** A call has been in the module for longer than {@link RecoverySettings#hangLimit}. */
    default void callHung() {}

    /** A call that counted as hanging has returned. */
    default void hungCallReturned() {}

    /**
     * The module was called.
     *
     * @param nanos the duration, without the wait for a session
     */
    default void moduleUsed(long nanos) {}

    /**
     * Returns a listener that does nothing.
     *
     * @return the default
     */
    static Pkcs11Listener none() {
        return new Pkcs11Listener() {};
    }
}
