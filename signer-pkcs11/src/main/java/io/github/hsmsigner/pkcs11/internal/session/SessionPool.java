package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SessionCloser;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.WaitQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that signatures are made in.
 *
 * <p>A call gets the session that was used last, or waits for whichever comes first: a session that another call returns,
 * or one that a background thread has opened. Calls are served in the order in which they came. The thread that returns a
 * session serves the call that waits for it. A session of an earlier generation is closed and not lent. Owned by the token.
 * Thread-safe.
 */
public final class SessionPool {

    private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration ENTRY_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_OPENING_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_OPENING_PAUSE = Duration.ofMillis(250);

    private static final Duration SLOW_CLOSING = Duration.ofSeconds(1);
    private static final int MOST_CLOSERS = 8;

    /** An opening that takes this long shows that the token, and not its load, keeps a caller waiting. */
    private static final Duration SLOW_OPENING = Duration.ofSeconds(1);

    private final Cryptoki cryptoki;
    private final CryptokiModule module;
    private final ModuleThreads threads;
    private final Supplier<Generation> currentGeneration;
    private final boolean onCallersThread;
    private final PoolSettings settings;
    private final Pkcs11Listener events;
    private final PoolListener listener;
    private final Scheduler scheduler;
    private final Queue<Discarded> discarded = new ConcurrentLinkedQueue<>();
    private final AtomicInteger closers = new AtomicInteger();
    private volatile long lastClose;
    private final AtomicBoolean checking = new AtomicBoolean();
    private final WaitQueue returned;

    /** Guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Queue<SessionCall<?>> waiting = new ArrayDeque<>();
    private final Deque<Session> idle = new ArrayDeque<>();
    private int total;
    private int opening;

    /** Sessions that were taken out of the idle ones to be checked. Others are not opened in their place. */
    private int beingChecked;

    private final Set<Discarded> closings = new LinkedHashSet<>();
    private final Set<Opening> openings = new LinkedHashSet<>();
    private long openingPause;
    private boolean paused;
    private int limit;
    private long opened;
    private long ended;
    private volatile boolean closed;

    /**
     * Makes an empty pool.
     *
     * @param cryptoki the functions of the module
     * @param module the share of the module
     * @param threads the threads that call it
     * @param currentGeneration the generation that new sessions belong to; {@code null} if there is none
     * @param onCallersThread whether a caller that need not wait for a session makes its calls on its own thread
     * @param settings the settings
     * @param events the listener for metrics
     * @param listener the listener for errors that no caller receives
     */
    public SessionPool(
            Cryptoki cryptoki,
            CryptokiModule module,
            ModuleThreads threads,
            Supplier<Generation> currentGeneration,
            boolean onCallersThread,
            PoolSettings settings,
            Pkcs11Listener events,
            PoolListener listener) {
        this.cryptoki = cryptoki;
        this.module = module;
        this.threads = threads;
        this.currentGeneration = currentGeneration;
        this.onCallersThread = onCallersThread;
        this.settings = settings;
        this.events = events;
        this.listener = listener;
        this.scheduler = threads.scheduler();
        this.returned = new WaitQueue(scheduler);
        this.limit = settings.maximumPoolSize();
    }

    /**
     * Does something in a session.
     *
     * @param deadline when to stop waiting for a session and for the result
     * @param admission called when there is a session, right before it is used; throws to refuse
     * @param work what to do
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if opening the session or the work failed
     * @throws GenerationEndedException if there is no login, or the module was initialised since the login
     * @throws SigningUnavailableException if there was no session or no result before the deadline, the thread was
     *     interrupted, or the pool is closed
     */
    public <T> T withSession(Deadline deadline, Runnable admission, SessionWork<T> work)
            throws CryptokiException, GenerationEndedException {
        requireOpen();
        Generation generation = currentGeneration.get();
        if (!isUsable(generation)) {
            throw new GenerationEndedException();
        }
        SessionCall<T> call = new SessionCall<>(this, threads, deadline, admission, work);
        Session session;
        int toOpen = 0;
        lock.lock();
        try {
            requireOpen();
            session = takeIdle(generation);
            if (session == null) {
                waiting.add(call);
                toOpen = planOpenings();
            }
        } finally {
            lock.unlock();
        }
        closeDiscarded();
        if (session != null) {
            call.take(session);
            begin(call);
        } else {
            startOpenings(toOpen);
        }
        return call.await();
    }

    private void begin(SessionCall<?> call) {
        if (onCallersThread) {
            start(call.serve());
        } else {
            start(call);
        }
    }

    /** Starts a call that has a session on a separate thread. */
    private void start(SessionCall<?> first) {
        SessionCall<?> call = first;
        while (call != null) {
            try {
                threads.execute(call);
                return;
            } catch (SigningUnavailableException e) {
                call = refuse(call, e);
            }
        }
    }

    private SessionCall<?> refuse(SessionCall<?> call, SigningUnavailableException reason) {
        SessionCall<?> next = call.returnSession();
        call.fail(reason);
        return next;
    }

    private Session takeIdle(Generation generation) {
        Session session = idle.pollFirst();
        while (session != null && session.generation() != generation) {
            forget(session, SessionCloseReason.GENERATION_ENDED);
            session = idle.pollFirst();
        }
        return session;
    }

    /** Takes a session out of the count, to be closed without the lock. */
    private void forget(Session session, SessionCloseReason reason) {
        total--;
        ended++;
        Discarded one = new Discarded(session, reason, scheduler.nanoTime());
        closings.add(one);
        discarded.add(one);
    }

    private boolean isUsable(Generation generation) {
        return generation != null && module.isCurrent(generation.epoch());
    }

    /** Returns whether a session belongs to the current login, and the module has not been initialised since. */
    boolean isCurrent(Session session) {
        return session.generation() == currentGeneration.get()
                && module.isCurrent(session.generation().epoch());
    }

    void used(long nanos) {
        events.moduleUsed(nanos);
    }

    /** Returns a session; returns the call that has it now, which this thread serves or starts. */
    SessionCall<?> release(Session session, Optional<SessionCloseReason> close) {
        session.used(scheduler.nanoTime());
        return giveBack(session, close, false);
    }

    private SessionCall<?> giveBack(Session session, Optional<SessionCloseReason> close, boolean wasChecked) {
        long now = scheduler.nanoTime();
        SessionCall<?> next = null;
        int toOpen = 0;
        lock.lock();
        try {
            beingChecked -= wasChecked ? 1 : 0;
            Optional<SessionCloseReason> reason = close.or(() -> reasonToClose(session, now));
            if (reason.isEmpty()) {
                next = waiting.poll();
                if (next == null) {
                    idle.addFirst(session);
                } else {
                    next.take(session);
                }
            } else {
                forget(session, reason.get());
                toOpen = planOpenings();
            }
        } finally {
            lock.unlock();
        }
        closeDiscarded();
        startOpenings(toOpen);
        if (closed) {
            returned.wakeAll();
        }
        return next;
    }

    private Optional<SessionCloseReason> reasonToClose(Session session, long now) {
        if (closed) {
            return Optional.of(SessionCloseReason.TOKEN_CLOSED);
        }
        if (!isCurrent(session)) {
            return Optional.of(SessionCloseReason.GENERATION_ENDED);
        }
        return now - session.openedAt() > settings.maxLifetime().toNanos()
                ? Optional.of(SessionCloseReason.EXPIRED)
                : Optional.empty();
    }

    /** Removes a call that waits for a session; {@code false} if it has one, or has ended. */
    boolean leave(SessionCall<?> call) {
        lock.lock();
        try {
            return waiting.remove(call);
        } finally {
            lock.unlock();
        }
    }

    /** Returns why a call got no session before its deadline. */
    SigningUnavailableException noSession() {
        lock.lock();
        try {
            long slow = scheduler.nanoTime() - SLOW_OPENING.toNanos();
            if (total == openings.size() && openings.stream().anyMatch(one -> one.start - slow <= 0)) {
                return SigningUnavailableException.passing(
                        "No session with the token could be opened before the deadline.", RETRY_AFTER, null);
            }
            return SigningUnavailableException.passing(
                    Reason.BUSY,
                    "All " + Math.max(1, total) + " sessions of the token stayed busy until the deadline.",
                    RETRY_AFTER,
                    null);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw SigningUnavailableException.lasting("The token is closed.", null);
        }
    }

    /** Returns how many openings to start now; counts them. */
    private int planOpenings() {
        if (closed || paused) {
            return 0;
        }
        int missingIdle = Math.max(0, settings.minimumIdle() - idle.size() - beingChecked);
        int wanted = waiting.size() + missingIdle - opening;
        int count = Math.max(0, Math.min(wanted, Math.min(settings.openingsAtOnce() - opening, room())));
        opening += count;
        total += count;
        return count;
    }

    /**
     * Returns how many sessions the token has room for. It still counts sessions that are being closed. Sessions whose
     * closing hangs must not keep the pool empty, but are not allowed to become ever more.
     */
    private int room() {
        long slow = scheduler.nanoTime() - SLOW_CLOSING.toNanos();
        int closingNow =
                (int) closings.stream().filter(one -> one.since - slow > 0).count();
        return Math.min(limit - total - closingNow, 2 * limit - total - closings.size());
    }

    private void startOpenings(int count) {
        for (int i = 0; i < count; i++) {
            Opening one = new Opening(scheduler.nanoTime());
            lock.lock();
            try {
                openings.add(one);
            } finally {
                lock.unlock();
            }
            try {
                threads.execute(() -> open(one));
            } catch (SigningUnavailableException e) {
                openingFailed(one, e);
            }
        }
    }

    private void open(Opening one) {
        Session session;
        try {
            session = openInModule();
        } catch (Throwable e) {
            openingFailed(one, e);
            return;
        }
        events.sessionOpened();
        opened(one, session);
    }

    private Session openInModule() throws CryptokiException, GenerationEndedException {
        CallTimer timer = threads.watch();
        boolean opened = false;
        long entry = threads.enterModule(ENTRY_LIMIT.toNanos());
        threads.begin(timer);
        try {
            // The module can have been initialised while this thread waited to enter it.
            Generation generation = currentGeneration.get();
            if (!isUsable(generation)) {
                throw new GenerationEndedException();
            }
            Session session = new Session(openHandle(generation), generation, scheduler.nanoTime(), timer);
            opened = true;
            return session;
        } finally {
            threads.end(timer, entry);
            if (!opened) {
                threads.forget(timer);
            }
        }
    }

    private long openHandle(Generation generation) throws CryptokiException {
        TokenInfo token = generation.token();
        return token.requiresReadOnlySessions()
                ? cryptoki.openReadOnlySession(token.slotId())
                : cryptoki.openSession(token.slotId());
    }

    /** An opening has ended. Must be called with the lock. */
    private void ended(Opening one) {
        openings.remove(one);
        if (!one.overdue) {
            opening--;
        }
    }

    /** Openings that hang do not keep others from being started. Must be called with the lock. */
    private void markOverdue(long now) {
        for (Opening one : openings) {
            if (!one.overdue && now - one.start > ENTRY_LIMIT.toNanos()) {
                one.overdue = true;
                opening--;
            }
        }
    }

    private void opened(Opening one, Session session) {
        lock.lock();
        try {
            ended(one);
            opened++;
            // Where some openings fail, one that succeeds does not end the pause of the others.
            openingPause /= 2;
        } finally {
            lock.unlock();
        }
        SessionCall<?> next = giveBack(session, Optional.empty(), false);
        fill();
        if (next != null) {
            next.run();
        }
    }

    /**
     * If the pool has no session that can be returned, the calls that wait get the error, so that it is handled. Otherwise they wait for a session that
     * is returned. The next opening comes after a pause.
     */
    private void openingFailed(Opening one, Throwable e) {
        List<SessionCall<?>> failed = new ArrayList<>();
        long pause = 0;
        lock.lock();
        try {
            ended(one);
            total--;
            if (e instanceof GenerationEndedException) {
                failed.addAll(waiting);
                waiting.clear();
            } else {
                boolean moduleDead =
                        e instanceof CryptokiException error && error.faultClass() == FaultClass.MODULE_DEAD;
                if (e instanceof CryptokiException error && error.faultClass() == FaultClass.TOO_MANY_SESSIONS) {
                    limit = Math.max(1, total);
                }
                if (total <= threads.hanging() || moduleDead) {
                    failed.addAll(waiting);
                    waiting.clear();
                }
                if (!paused) {
                    paused = true;
                    openingPause = Math.min(
                            LONGEST_OPENING_PAUSE.toNanos(), Math.max(FIRST_OPENING_PAUSE.toNanos(), 2 * openingPause));
                    pause = openingPause;
                }
            }
        } finally {
            lock.unlock();
        }
        failed.forEach(call -> call.fail(e));
        if (failed.isEmpty() && !closed) {
            listener.openingFailed(e);
        }
        if (pause > 0 && !threads.schedule(Duration.ofNanos(pause), this::endPause)) {
            endPause();
        }
        if (closed) {
            returned.wakeAll();
        }
    }

    /** Sessions can be opened again. */
    private void endPauseSoon() {
        threads.schedule(Duration.ZERO, this::endPause);
    }

    private void endPause() {
        int toOpen;
        lock.lock();
        try {
            paused = false;
            toOpen = planOpenings();
        } finally {
            lock.unlock();
        }
        startOpenings(toOpen);
    }

    /**
     * Does something in a new session besides those of the pool, and closes it.
     *
     * @param work what to do
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if opening the session or the work failed
     * @throws GenerationEndedException if there is no login, or the module was initialised since the login
     */
    public <T> T inNewSession(SessionWork<T> work) throws CryptokiException, GenerationEndedException {
        Generation generation = currentGeneration.get();
        if (!isUsable(generation)) {
            throw new GenerationEndedException();
        }
        CallTimer timer = threads.watch();
        long entry = threads.enterModule(ENTRY_LIMIT.toNanos());
        threads.begin(timer);
        try {
            if (!isUsable(generation)) {
                throw new GenerationEndedException();
            }
            Session session = new Session(openHandle(generation), generation, scheduler.nanoTime(), timer);
            return SessionCloser.inSession(cryptoki, session.handle(), () -> {
                T result = work.in(session);
                endPauseSoon();
                return result;
            });
        } finally {
            threads.end(timer, entry);
            threads.forget(timer);
        }
    }

    /** Opens sessions until the minimum of idle ones is there. */
    public void fill() {
        int toOpen;
        lock.lock();
        try {
            toOpen = isUsable(currentGeneration.get()) ? planOpenings() : 0;
        } finally {
            lock.unlock();
        }
        startOpenings(toOpen);
    }

    /** Lets the pool grow towards its maximum again. */
    public void regrow() {
        lock.lock();
        try {
            limit = Math.min(settings.maximumPoolSize(), 2 * limit);
        } finally {
            lock.unlock();
        }
        fill();
    }

    /** Discards all idle sessions, because the token failed since they were used. */
    public void discardIdle() {
        lock.lock();
        try {
            idle.forEach(session -> forget(session, SessionCloseReason.ERROR));
            idle.clear();
        } finally {
            lock.unlock();
        }
        closeDiscarded();
    }

    /** Closes sessions that are too old or not needed, checks sessions that were not used for a while, and fills the pool. */
    public void maintain() {
        List<Session> toCheck = new ArrayList<>();
        long now = scheduler.nanoTime();
        lock.lock();
        try {
            markOverdue(now);
            List<Session> oldestFirst = new ArrayList<>();
            idle.descendingIterator().forEachRemaining(oldestFirst::add);
            for (Session session : oldestFirst) {
                Optional<SessionCloseReason> reason = reasonToClose(session, now);
                if (reason.isEmpty()
                        && idle.size() > settings.minimumIdle()
                        && now - session.lastUse() > settings.idleTimeout().toNanos()) {
                    reason = Optional.of(SessionCloseReason.IDLE);
                }
                if (reason.isPresent()) {
                    idle.remove(session);
                    forget(session, reason.get());
                } else if (now - session.lastCheck() > settings.keepaliveTime().toNanos()) {
                    toCheck.add(session);
                }
            }
            if (!toCheck.isEmpty() && !checking.compareAndSet(false, true)) {
                toCheck.clear();
            }
            idle.removeAll(toCheck);
            beingChecked += toCheck.size();
        } finally {
            lock.unlock();
        }
        closeDiscarded();
        if (!toCheck.isEmpty()) {
            try {
                threads.execute(() -> check(toCheck));
            } catch (SigningUnavailableException e) {
                LOG.debug("Idle sessions were not checked: {}", e.getMessage());
                checking.set(false);
                toCheck.forEach(session -> start(putBack(session, Optional.empty())));
            }
        }
        fill();
    }

    /** Checks sessions that were taken out of the pool, and returns them. */
    private void check(List<Session> sessions) {
        try {
            for (Session session : sessions) {
                start(putBack(session, check(session)));
            }
        } finally {
            checking.set(false);
        }
    }

    private Optional<SessionCloseReason> check(Session session) {
        try {
            boolean loggedIn = threads.enter(
                    ENTRY_LIMIT.toNanos(),
                    session.timer(),
                    () -> !isCurrent(session) || cryptoki.isLoggedIn(session.handle()));
            if (loggedIn) {
                return Optional.empty();
            }
            listener.loginLost(session.generation());
            return Optional.of(SessionCloseReason.ERROR);
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                // The module does not have this function.
                return Optional.empty();
            }
            LOG.debug("An idle session failed its check: {}.", e.getMessage());
            return Optional.of(SessionCloseReason.ERROR);
        } catch (RuntimeException e) {
            LOG.debug("An idle session was not checked: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Returns a session that was taken out of the idle ones to be checked, and was not used. */
    private SessionCall<?> putBack(Session session, Optional<SessionCloseReason> close) {
        session.checked(scheduler.nanoTime());
        return giveBack(session, close, true);
    }

    /** One thread closes sessions. If it hangs, another one takes its place. */
    private void closeDiscarded() {
        int running = closers.get();
        boolean stuck = running > 0 && scheduler.nanoTime() - lastClose > SLOW_CLOSING.toNanos();
        if (discarded.isEmpty() || (running > 0 && !stuck) || running >= MOST_CLOSERS) {
            return;
        }
        if (closers.compareAndSet(running, running + 1)) {
            lastClose = scheduler.nanoTime();
            try {
                threads.execute(this::closeAllDiscarded);
            } catch (SigningUnavailableException e) {
                if (closed) {
                    // The session of a call that hung until after the token was closed.
                    closeAllDiscarded();
                    return;
                }
                LOG.debug("Sessions were not closed: {}", e.getMessage());
                closers.decrementAndGet();
            }
        }
    }

    private void closeAllDiscarded() {
        try {
            Discarded next = discarded.poll();
            while (next != null) {
                close(next);
                lastClose = scheduler.nanoTime();
                next = discarded.poll();
            }
        } finally {
            closers.decrementAndGet();
        }
        closeDiscarded();
    }

    private void close(Discarded session) {
        try {
            threads.enter(ENTRY_LIMIT, () -> {
                closeHere(session);
                return null;
            });
        } catch (CryptokiException | RuntimeException e) {
            LOG.debug("A session could not be closed: {}", e.getMessage());
        } catch (Error e) {
            LOG.error("A session could not be closed. The pool continues with its other sessions.", e);
        }
    }

    /** Closes a session. To be called between entering and leaving the module. */
    private void closeHere(Discarded session) {
        threads.forget(session.session.timer());
        try {
            // After C_Initialize the handle is void, or it is by chance that of another session.
            if (module.isCurrent(session.session.generation().epoch())) {
                SessionCloser.close(cryptoki, session.session.handle());
            }
        } finally {
            forgetClosing(session);
        }
    }

    private void forgetClosing(Discarded session) {
        events.sessionClosed(session.reason);
        int toOpen;
        lock.lock();
        try {
            closings.remove(session);
            toOpen = planOpenings();
        } finally {
            lock.unlock();
        }
        startOpenings(toOpen);
    }

    /**
     * Returns the numbers of the moment.
     *
     * @return the statistics
     */
    public SessionStatistics statistics() {
        lock.lock();
        try {
            return new SessionStatistics(
                    limit,
                    total - openings.size() - idle.size(),
                    idle.size(),
                    waiting.size(),
                    threads.hanging(),
                    opened,
                    ended);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how many sessions the token has no room for.
     *
     * @return the number
     */
    public int withheld() {
        lock.lock();
        try {
            return settings.maximumPoolSize() - limit;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Admits no further call, refuses waiting calls, waits for calls under way, and discards all idle sessions.
     *
     * @param time the longest time to wait
     * @return whether no call is under way any more
     */
    public boolean drain(Duration time) {
        List<SessionCall<?>> refused;
        lock.lock();
        try {
            closed = true;
            refused = new ArrayList<>(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        refused.forEach(call -> call.fail(SigningUnavailableException.lasting("The token is closed.", null)));
        return returned.awaitUninterruptibly(time.toNanos(), this::nothingInUse);
    }

    private boolean nothingInUse() {
        lock.lock();
        try {
            return total == idle.size();
        } finally {
            lock.unlock();
        }
    }

    /** Closes the idle sessions of a pool that was drained. To be called between entering and leaving the module. */
    public void closeAll() {
        lock.lock();
        try {
            idle.forEach(session -> forget(session, SessionCloseReason.TOKEN_CLOSED));
            idle.clear();
        } finally {
            lock.unlock();
        }
        Discarded next = discarded.poll();
        while (next != null) {
            closeHere(next);
            next = discarded.poll();
        }
    }

    /** The opening of a session that is under way. */
    private static final class Opening {

        private final long start;
        private boolean overdue;

        Opening(long start) {
            this.start = start;
        }
    }

    /** A session that is to be closed. Compared by identity. */
    private static final class Discarded {

        private final Session session;
        private final SessionCloseReason reason;
        private final long since;

        Discarded(Session session, SessionCloseReason reason, long since) {
            this.session = session;
            this.reason = reason;
            this.since = since;
        }
    }
}
