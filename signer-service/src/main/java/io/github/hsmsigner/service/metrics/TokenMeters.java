package io.github.hsmsigner.service.metrics;

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
import java.util.concurrent.TimeUnit;

/**
 * The metrics of one token: its events as they happen, and its numbers when a scrape reads them. While no token is
 * bound, the token counts as unhealthy, without sessions.
 */
final class TokenMeters implements Pkcs11Listener {

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
    private volatile Pkcs11Token token;

    TokenMeters(MeterRegistry registry, String name) {
        sessionsOpened = Metric.SESSIONS_OPENED.registerCounter(registry, name);
        for (SessionCloseReason reason : SessionCloseReason.values()) {
            sessionsClosed.put(reason, Metric.SESSIONS_CLOSED.registerCounter(registry, name, text(reason)));
        }
        logins = Metric.LOGINS.registerCounter(registry, name, "ok");
        loginsRefused = Metric.LOGINS.registerCounter(registry, name, "refused");
        recoveries = Metric.RECOVERIES.registerCounter(registry, name, "kept");
        recoveriesWithModule = Metric.RECOVERIES.registerCounter(registry, name, "initialized");
        breakerOpened = Metric.BREAKER_OPENED.registerCounter(registry, name);
        callsHung = Metric.CALLS_HUNG.registerCounter(registry, name);
        module = Metric.HSM_DURATION.registerHistogram(registry, name);

        Metric.BREAKER_OPEN.registerNumber(registry, () -> breakerOpen ? 1 : 0, name);
        for (TokenHealth.State state : TokenHealth.State.values()) {
            Metric.TOKEN_STATE.registerNumber(registry, () -> state() == state ? 1 : 0, name, text(state));
        }
        Metric.SESSIONS_CAPACITY.registerNumber(registry, () -> sessions().capacity(), name);
        Metric.SESSIONS_IN_USE.registerNumber(registry, () -> sessions().inUse(), name);
        Metric.SESSIONS_IDLE.registerNumber(registry, () -> sessions().idle(), name);
        Metric.SESSIONS_WAITING.registerNumber(registry, () -> sessions().waiting(), name);
        Metric.HUNG_CALLS.registerNumber(registry, () -> sessions().hungCalls(), name);
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

    /** Binds an open token; replaces a previous one. */
    void bind(Pkcs11Token opened) {
        token = opened;
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
