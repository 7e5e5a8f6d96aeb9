package io.github.hsmsigner.micrometer;

import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Measures a token: sessions, logins, recoveries, the circuit breaker and the time in the PKCS#11 module. Set it with
 * {@link io.github.hsmsigner.pkcs11.Pkcs11Config.Builder#listener} before the token is opened, and then call
 * {@link #monitor}.
 *
 * <p>Before {@link #monitor}, the token counts as unhealthy, without sessions. To open the token again, use the same
 * listener again: a registry keeps the first meters of a name. Thread-safe. A measurement looks up no meter by name, and
 * a read of the meters makes no call to the HSM.
 */
public final class MicrometerPkcs11Listener implements Pkcs11Listener {

    private static final SessionStatistics NO_SESSIONS = new SessionStatistics(0, 0, 0, 0, 0, 0, 0);

    private final Counter sessionsOpened;
    private final Map<SessionCloseReason, Counter> sessionsClosed = new EnumMap<>(SessionCloseReason.class);
    private final Counter logins;
    private final Counter loginsRefused;
    private final Counter recoveries;
    private final Counter recoveriesWithModule;
    private final Counter breakerOpened;
    private final Counter callsHung;
    private final Timer module;

    private volatile boolean breakerOpen;
    private volatile @Nullable Pkcs11Token token;

    /**
     * Registers the meters of a token.
     *
     * @param registry the registry of the meters
     * @param name the value of the label {@code token}; different for each token
     */
    public MicrometerPkcs11Listener(MeterRegistry registry, String name) {
        sessionsOpened = SigningMetric.SESSIONS_OPENED.registerCounter(registry, name);
        for (SessionCloseReason reason : SessionCloseReason.values()) {
            sessionsClosed.put(reason, SigningMetric.SESSIONS_CLOSED.registerCounter(registry, name, text(reason)));
        }
        logins = SigningMetric.LOGINS.registerCounter(registry, name, "ok");
        loginsRefused = SigningMetric.LOGINS.registerCounter(registry, name, "refused");
        recoveries = SigningMetric.RECOVERIES.registerCounter(registry, name, "kept");
        recoveriesWithModule = SigningMetric.RECOVERIES.registerCounter(registry, name, "initialized");
        breakerOpened = SigningMetric.BREAKER_OPENED.registerCounter(registry, name);
        callsHung = SigningMetric.CALLS_HUNG.registerCounter(registry, name);
        module = SigningMetric.HSM_DURATION.registerHistogram(registry, name);

        // A token that is closed with an open circuit breaker reports no end of it.
        SigningMetric.BREAKER_OPEN.registerNumber(
                registry, () -> breakerOpen && state() == TokenHealth.State.UNHEALTHY ? 1 : 0, name);
        for (TokenHealth.State state : TokenHealth.State.values()) {
            SigningMetric.TOKEN_STATE.registerNumber(registry, () -> state() == state ? 1 : 0, name, text(state));
        }
        SigningMetric.SESSIONS_CAPACITY.registerNumber(
                registry, () -> sessions().capacity(), name);
        SigningMetric.SESSIONS_IN_USE.registerNumber(registry, () -> sessions().inUse(), name);
        SigningMetric.SESSIONS_IDLE.registerNumber(registry, () -> sessions().idle(), name);
        SigningMetric.SESSIONS_WAITING.registerNumber(registry, () -> sessions().waiting(), name);
        SigningMetric.HUNG_CALLS.registerNumber(registry, () -> sessions().hungCalls(), name);
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private SessionStatistics sessions() {
        Pkcs11Token bound = token;
        return bound == null ? NO_SESSIONS : bound.sessions();
    }

    private TokenHealth.State state() {
        Pkcs11Token bound = token;
        return bound == null ? TokenHealth.State.UNHEALTHY : bound.health().state();
    }

    /**
     * Sets the token whose sessions and state the meters show. Replaces an earlier one.
     *
     * @param opened the open token, with this listener in its configuration
     */
    public void monitor(Pkcs11Token opened) {
        token = Objects.requireNonNull(opened, "opened");
    }

    @Override
    public void sessionOpened() {
        sessionsOpened.increment();
    }

    @Override
    public void sessionClosed(SessionCloseReason reason) {
        sessionsClosed.get(reason).increment();
    }

    @Override
    public void loggedIn() {
        logins.increment();
    }

    @Override
    public void loginRefused() {
        loginsRefused.increment();
    }

    @Override
    public void recovered(boolean moduleInitialized) {
        (moduleInitialized ? recoveriesWithModule : recoveries).increment();
    }

    @Override
    public void breakerOpened(String reason) {
        breakerOpen = true;
        breakerOpened.increment();
    }

    @Override
    public void breakerClosed(Duration openFor) {
        breakerOpen = false;
    }

    @Override
    public void callHung() {
        callsHung.increment();
    }

    @Override
    public void moduleUsed(long nanos) {
        module.record(nanos, TimeUnit.NANOSECONDS);
    }
}
