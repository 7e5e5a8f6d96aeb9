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
import java.util.function.ToDoubleFunction;

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
        sessionsOpened = Metric.SESSIONS_OPENED.counter(registry, name);
        for (SessionCloseReason reason : SessionCloseReason.values()) {
            sessionsClosed.put(reason, Metric.SESSIONS_CLOSED.counter(registry, name, text(reason)));
        }
        logins = Metric.LOGINS.counter(registry, name, "ok");
        loginsRefused = Metric.LOGINS.counter(registry, name, "refused");
        recoveries = Metric.RECOVERIES.counter(registry, name, "kept");
        recoveriesWithModule = Metric.RECOVERIES.counter(registry, name, "initialized");
        breakerOpened = Metric.BREAKER_OPENED.counter(registry, name);
        callsHung = Metric.CALLS_HUNG.counter(registry, name);
        module = Metric.HSM_DURATION.histogram(registry, name);

        Metric.BREAKER_OPEN.gauge(registry, () -> breakerOpen ? 1 : 0, name);
        for (TokenHealth.State state : TokenHealth.State.values()) {
            Metric.TOKEN_STATE.gauge(registry, () -> state() == state ? 1 : 0, name, text(state));
        }
        sessions(registry, name, Metric.SESSIONS_CAPACITY, SessionStatistics::capacity);
        sessions(registry, name, Metric.SESSIONS_IN_USE, SessionStatistics::inUse);
        sessions(registry, name, Metric.SESSIONS_IDLE, SessionStatistics::idle);
        sessions(registry, name, Metric.SESSIONS_WAITING, SessionStatistics::waiting);
        sessions(registry, name, Metric.HUNG_CALLS, SessionStatistics::hungCalls);
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void sessions(
            MeterRegistry registry, String name, Metric metric, ToDoubleFunction<SessionStatistics> number) {
        metric.gauge(
                registry,
                () -> {
                    Pkcs11Token bound = token;
                    return number.applyAsDouble(bound == null ? NO_SESSIONS : bound.sessions());
                },
                name);
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
