package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.GenerationEndedException;
import io.github.hsmsigner.pkcs11.internal.session.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import io.github.hsmsigner.pkcs11.internal.session.SessionPool;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes in the background whether a token works again, and goes one step further each time. The first step is a
 * signature in a new session. The next step adds a logout and a login before it. The last step adds C_Finalize and
 * C_Initialize before that.
 *
 * <p>A device can open sessions and log in, and still fail every signature. Each probe therefore signs with the key
 * that failed last, and if that fails, with others. One probe runs at a time. If it hangs, the next one does not wait
 * for it. Thread-safe.
 */
final class TokenProbe {

    private static final Logger LOG = LoggerFactory.getLogger(TokenProbe.class);
    private static final Duration FIRST_CLIMB_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_CLIMB_PAUSE = Duration.ofSeconds(30);

    /** A device that signs now and then ends each climb. Another one, which costs two logins, comes after this time. */
    private static final Duration SHORTEST_CLIMB_INTERVAL = Duration.ofSeconds(4);

    private static final int MOST_KEYS = 4;
    private static final int RESTARTS = 4;
    private static final int MOST_HANGING_PROBES = 4;

    private final CryptokiModule module;
    private final Cryptoki cryptoki;
    private final ModuleThreads threads;
    private final Login login;
    private final SessionPool sessions;
    private final Availability availability;
    private final RecoverySettings settings;
    private final Scheduler scheduler;
    private final List<WeakReference<KeyAvailability>> keys = new CopyOnWriteArrayList<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicInteger hanging = new AtomicInteger();

    private volatile WeakReference<KeyAvailability> lastFailed = new WeakReference<>(null);
    private volatile WeakReference<KeyAvailability> lastSucceeded = new WeakReference<>(null);

    /** The step that the next probe takes. For the probe alone, like what follows. */
    private volatile Login.Step next;

    /** The generation that the last trial was made in. If requests have renewed it since then, the probe does not. */
    private volatile Generation tried;

    private volatile String lastError = "";
    private volatile int restarts;
    private volatile boolean loginLost;
    private volatile boolean moduleLost;

    /** Only C_Initialize can help, but it would disturb another token of the module, which works. */
    private volatile boolean waitsForOthers;

    private volatile long noClimbBefore;
    private volatile long nextClimb;
    private volatile Backoff pauses;
    private volatile Backoff climbPauses;

    TokenProbe(
            CryptokiModule module,
            Cryptoki cryptoki,
            ModuleThreads threads,
            Login login,
            SessionPool sessions,
            Availability availability,
            RecoverySettings settings) {
        this.module = module;
        this.cryptoki = cryptoki;
        this.threads = threads;
        this.login = login;
        this.sessions = sessions;
        this.availability = availability;
        this.settings = settings;
        this.scheduler = threads.scheduler();
        this.nextClimb = scheduler.nanoTime();
    }

    /** A further key that can be tried. */
    void add(KeyAvailability key) {
        keys.removeIf(known -> known.get() == null);
        keys.add(new WeakReference<>(key));
    }

    void failed(KeyAvailability key) {
        if (lastFailed.get() != key) {
            lastFailed = new WeakReference<>(key);
        }
    }

    void succeeded(KeyAvailability key) {
        if (lastSucceeded.get() != key) {
            lastSucceeded = new WeakReference<>(key);
        }
    }

    /** Looks up the key that was used last. */
    void lookUpKey(Session session) throws CryptokiException {
        KeyAvailability key = lastSucceeded.get();
        if (key != null) {
            key.key().lookUp(session);
        }
    }

    /** Begins to probe, unless it does already. Ends when the token works, or is closed. */
    void start() {
        if (running.compareAndSet(false, true)) {
            next = null;
            lastError = "";
            restarts = 0;
            waitsForOthers = false;
            long now = scheduler.nanoTime();
            noClimbBefore = nextClimb - now > 0 ? nextClimb : now;
            pauses = new Backoff(settings.firstProbePause(), settings.longestProbePause(), scheduler.random());
            climbPauses = new Backoff(FIRST_CLIMB_PAUSE, LONGEST_CLIMB_PAUSE, scheduler.random());
            probeLater();
        }
    }

    private void probeLater() {
        Duration pause = availability.isOpenUntilFixed() ? settings.pinCheckPause() : pauses.next();
        availability.nextProbeIn(pause);
        threads.schedule(pause, this::begin);
    }

    private void begin() {
        AtomicBoolean ended = new AtomicBoolean();
        try {
            threads.execute(() -> run(ended));
        } catch (SigningUnavailableException e) {
            LOG.debug("The token was not probed: {}", e.getMessage());
            probeLater();
            return;
        }
        threads.schedule(settings.hangLimit(), () -> {
            if (ended.compareAndSet(false, true)) {
                LOG.debug("A probe does not return.");
                availability.probeFailed(new IllegalStateException("A probe did not return."));
                if (hanging.incrementAndGet() < MOST_HANGING_PROBES) {
                    probeLater();
                }
            }
        });
    }

    private void run(AtomicBoolean ended) {
        long start = scheduler.nanoTime();
        boolean works = false;
        try {
            works = availability.isInTrouble() && probe() && hasSessions();
        } catch (Throwable e) {
            LOG.error("The probe failed; the next one follows.", e);
        }
        if (works) {
            next = null;
            availability.probeSucceeded(start);
            probeKeys();
        }
        boolean inTime = ended.compareAndSet(false, true);
        if (!inTime && hanging.getAndDecrement() < MOST_HANGING_PROBES) {
            // The next probe did not wait for this one.
            return;
        }
        if (availability.isInTrouble()) {
            probeLater();
        } else {
            running.set(false);
            if (availability.isInTrouble()) {
                start();
            }
        }
    }

    /** Keys were not probed while the token did not work. They do not wait for their next probe. */
    private void probeKeys() {
        List<KeyAvailability> waiting = keys.stream()
                .map(WeakReference::get)
                .filter(key -> key != null && key.isInTrouble())
                .toList();
        if (!waiting.isEmpty()) {
            try {
                threads.execute(() -> waiting.forEach(KeyAvailability::probeNow));
            } catch (SigningUnavailableException e) {
                LOG.debug("The keys of the token were not probed: {}", e.getMessage());
            }
        }
    }

    /** A token that signs for a probe is of no use while all sessions of the pool are lost to calls that hang. */
    private boolean hasSessions() {
        SessionStatistics now = sessions.statistics();
        return now.inUse() < now.capacity() || threads.hanging() < now.capacity();
    }

    private boolean probe() {
        Login.Step first = next;
        if (probe(first)) {
            return true;
        }
        // These errors say what is missing, so that it need not wait for the next probe. A step that was just taken did
        // not help.
        return (loginLost || moduleLost) && next != first && probe(next);
    }

    private boolean probe(Login.Step step) {
        boolean signOnly = step == null;
        long epoch = module.epoch();
        Generation now = login.current();
        loginLost = false;
        moduleLost = false;
        try {
            if (!signOnly) {
                logIn(tried, step, epoch);
            } else if (availability.isOpenUntilFixed() || !login.isUsable(now)) {
                logIn(now, Login.Step.LOGIN, epoch);
            }
            trial(!signOnly);
            return true;
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                // The device responds; the request gets the refusal as its error.
                return true;
            }
            failed(e, ReturnValue.name(e.returnValue()), isModuleLost(e));
        } catch (SigningException e) {
            failed(e, e.getClass().getName(), false);
        } catch (GenerationEndedException e) {
            failed(e, "generation", false);
        }
        return false;
    }

    /** A module that opens a session is initialised, whatever C_Sign returns since it was initialised last. */
    private boolean isModuleLost(CryptokiException e) {
        Generation generation = login.current();
        boolean opensSessions = e.function().startsWith("C_Sign");
        return e.faultClass() == FaultClass.MODULE_DEAD
                && (!opensSessions || (generation != null && generation.isProven()));
    }

    private void logIn(Generation seen, Login.Step step, long epoch) throws CryptokiException {
        Optional<CompletableFuture<Generation>> renewal = login.renew(seen, step, epoch, false);
        if (!threads.await(renewal.orElseThrow(), settings.hangLimit().toNanos())) {
            throw SigningUnavailableException.passing(
                    "The login to the token was not renewed in time.", settings.hangLimit(), null);
        }
        ModuleThreads.outcome(renewal.get());
    }

    /** Signs with the key that failed last, and if it fails, with others. */
    private void trial(boolean newLogin) throws CryptokiException, GenerationEndedException {
        long start = scheduler.nanoTime();
        tried = login.current();
        if (availability.isOpen()) {
            sessions.discardIdle();
        }
        List<KeyAvailability> failed = new ArrayList<>();
        List<Exception> failures = new ArrayList<>();
        for (KeyAvailability key : candidates()) {
            try {
                login.withPin(
                        scheduler.deadline(settings.hangLimit()),
                        () -> sessions.inNewSession(session -> trial(key, session)));
                key.worked(start);
                for (int i = 0; i < failed.size(); i++) {
                    failed.get(i).failedAlone(failures.get(i));
                }
                return;
            } catch (CryptokiException e) {
                failed.add(key);
                failures.add(e);
            } catch (KeyNotReadyException e) {
                failed.add(key);
                failures.add(e.unavailable());
            } catch (SigningUnavailableException e) {
                if (e.reason() != Reason.KEY_MISSING) {
                    throw e;
                }
                failed.add(key);
                failures.add(e);
            }
        }
        throwFirst(failed, failures, newLogin);
    }

    private Void trial(KeyAvailability key, Session session) throws CryptokiException {
        tried = session.generation();
        key.key().forgetHandle();
        try {
            key.key().trial(session);
            return null;
        } catch (CryptokiException e) {
            loginLost |= e.faultClass() == FaultClass.NOT_LOGGED_IN && !isLoggedIn(session, e);
            throw e;
        }
    }

    private boolean isLoggedIn(Session session, CryptokiException failure) {
        try {
            return cryptoki.isLoggedIn(session.handle());
        } catch (CryptokiException e) {
            failure.addSuppressed(e);
            // A module without this function has said enough.
            return e.faultClass() != FaultClass.CALLER_ERROR;
        }
    }

    /** A token that answers after a new login, and has none of the keys, works. */
    private static void throwFirst(List<KeyAvailability> failed, List<Exception> failures, boolean newLogin)
            throws CryptokiException {
        boolean allMissing = failures.stream()
                .allMatch(e -> e instanceof SigningUnavailableException unavailable
                        && unavailable.reason() == Reason.KEY_MISSING);
        if (failures.isEmpty() || (allMissing && newLogin)) {
            for (int i = 0; i < failed.size(); i++) {
                failed.get(i).failedAlone(failures.get(i));
            }
            return;
        }
        if (failures.get(0) instanceof CryptokiException e) {
            throw e;
        }
        throw (SigningUnavailableException) failures.get(0);
    }

    private Set<KeyAvailability> candidates() {
        Set<KeyAvailability> candidates = new LinkedHashSet<>();
        addIfThere(candidates, lastFailed);
        addIfThere(candidates, lastSucceeded);
        keys.forEach(key -> addIfThere(candidates, key));
        return candidates;
    }

    private static void addIfThere(Set<KeyAvailability> candidates, WeakReference<KeyAvailability> reference) {
        KeyAvailability key = reference.get();
        if (key != null && candidates.size() < MOST_KEYS) {
            candidates.add(key);
        }
    }

    /** Decides what the next probe does. An error of another kind than the last one begins the climb again. */
    private void failed(Exception e, String kind, boolean moduleNeeded) {
        LOG.debug("The probe failed: {}", e.getMessage());
        availability.probeFailed(e);
        long now = scheduler.nanoTime();
        if (!kind.equals(lastError)) {
            boolean another = !lastError.isEmpty();
            lastError = kind;
            restarts++;
            if (another && restarts <= RESTARTS) {
                noClimbBefore = now;
                climbPauses = new Backoff(FIRST_CLIMB_PAUSE, LONGEST_CLIMB_PAUSE, scheduler.random());
                next = null;
            }
        }
        moduleLost = moduleNeeded || !module.isInitialized();
        if (moduleLost) {
            next = Login.Step.INITIALIZE;
        } else if (loginLost && next == null) {
            next = Login.Step.LOGIN;
        } else if (waitsForOthers && !module.othersWork()) {
            waitsForOthers = false;
            next = Login.Step.INITIALIZE;
        } else if (!availability.isOpen() || now - noClimbBefore < 0) {
            next = null;
        } else if (next == null || next == Login.Step.LOGIN) {
            next = Login.Step.LOGOUT;
            nextClimb = now + SHORTEST_CLIMB_INTERVAL.toNanos();
        } else if (next == Login.Step.LOGOUT && !module.othersWork()) {
            next = Login.Step.INITIALIZE;
        } else if (next == Login.Step.LOGOUT) {
            waitsForOthers = true;
            next = null;
            noClimbBefore = now + climbPauses.next().toNanos();
        } else {
            next = null;
            noClimbBefore = now + climbPauses.next().toNanos();
        }
    }
}
