package io.github.hsmsigner.pkcs11.internal.cryptoki;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes sessions. An error of C_CloseSession never hides an error that came before it. Thread-safe. */
public final class SessionCloser {

    private static final Logger LOG = LoggerFactory.getLogger(SessionCloser.class);

    private SessionCloser() {}

    /**
     * Does something in a session, and closes the session.
     *
     * @param cryptoki the functions of the module
     * @param session the session
     * @param work what to do in it
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if the work failed; an error of C_CloseSession is suppressed in it
     */
    public static <T> T inSession(Cryptoki cryptoki, long session, CryptokiWork<T> work) throws CryptokiException {
        T result;
        try {
            result = work.run();
        } catch (Throwable e) {
            closeAfter(e, cryptoki, session);
            throw e;
        }
        close(cryptoki, session);
        return result;
    }

    /**
     * Closes a session after an error, which the caller throws.
     *
     * @param failure the error; an error of C_CloseSession is suppressed in it
     * @param cryptoki the functions of the module
     * @param session the session
     */
    public static void closeAfter(Throwable failure, Cryptoki cryptoki, long session) {
        try {
            cryptoki.closeSession(session);
        } catch (Throwable e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    /**
     * Closes a session that is not needed any more. An error is logged, because no caller can act on it.
     *
     * @param cryptoki the functions of the module
     * @param session the session
     */
    public static void close(Cryptoki cryptoki, long session) {
        try {
            cryptoki.closeSession(session);
        } catch (CryptokiException | RuntimeException e) {
            LOG.debug("A session could not be closed: {}", e.getMessage());
        }
    }
}
