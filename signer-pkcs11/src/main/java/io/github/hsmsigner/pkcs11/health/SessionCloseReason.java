package io.github.hsmsigner.pkcs11.health;

/** The reasons to close a session. */
public enum SessionCloseReason {
    /** A function failed in it. */
    ERROR,
    /** It was not used for a while. */
    IDLE,
    /** Its generation ended: the login was renewed, or the module initialised again. */
    GENERATION_ENDED,
    /** It reached its longest lifetime. */
    EXPIRED,
    /** The token was closed. */
    TOKEN_CLOSED
}
