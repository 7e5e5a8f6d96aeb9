package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Catches exceptions of a listener, so that they do not reach its callers. The first one is logged. Thread-safe. */
public final class GuardedEvents implements Pkcs11Listener {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedEvents.class);

    private final Pkcs11Listener target;
    private final AtomicBoolean logged = new AtomicBoolean();

    /**
     * Guards a listener.
     *
     * @param target the listener
     */
    public GuardedEvents(Pkcs11Listener target) {
        this.target = target;
    }

    private void guard(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            if (logged.compareAndSet(false, true)) {
                LOG.error("A listener for events of the token threw an exception; further ones are not logged.", e);
            }
        }
    }

    @Override
    public void sessionOpened() {
        guard(target::sessionOpened);
    }

    @Override
    public void sessionClosed(SessionCloseReason reason) {
        guard(() -> target.sessionClosed(reason));
    }

    @Override
    public void loggedIn() {
        guard(target::loggedIn);
    }

    @Override
    public void loginRefused() {
        guard(target::loginRefused);
    }

    @Override
    public void recovered(boolean moduleInitialized) {
        guard(() -> target.recovered(moduleInitialized));
    }

    @Override
    public void breakerOpened(String reason) {
        guard(() -> target.breakerOpened(reason));
    }

    @Override
    public void breakerClosed(Duration openFor) {
        guard(() -> target.breakerClosed(openFor));
    }

    @Override
    public void callHung() {
        guard(target::callHung);
    }

    @Override
    public void hungCallReturned() {
        guard(target::hungCallReturned);
    }

    @Override
    public void moduleUsed(long nanos) {
        guard(() -> target.moduleUsed(nanos));
    }
}
