package io.github.hsmsigner.pkcs11.internal.cryptoki;

import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.Logger;
import org.xipki.pkcs11.wrapper.StaticLogger;

/**
 * Takes what the wrapper would otherwise print to standard output.
 *
 * <p>Its chatter goes to DEBUG. Its own debug and trace lines are switched off: they dump attributes and calls.
 */
final class WrapperLog implements Logger {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(WrapperLog.class);

    private WrapperLog() {}

    /** To be called before the wrapper's module class is loaded, which already logs. */
    static void install() {
        StaticLogger.setLogger(new WrapperLog());
    }

    @Override
    public void info(String format, Object... arguments) {
        LOG.debug(format, arguments);
    }

    @Override
    public void warn(String format, Object... arguments) {
        LOG.warn(format, arguments);
    }

    @Override
    public void error(String format, Object... arguments) {
        LOG.error(format, arguments);
    }

    @Override
    public void debug(String format, Object... arguments) {
        // Switched off: see the class comment.
    }

    @Override
    public void trace(String format, Object... arguments) {
        // Switched off: see the class comment.
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isInfoEnabled() {
        return LOG.isDebugEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
        return LOG.isWarnEnabled();
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }
}
