package io.github.hsmsigner.pkcs11.internal.cryptoki;

import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.WaitQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;

/**
 * Keeps calls and the initialisation of a module apart: any number of calls at once, or one initialisation. New calls
 * wait as soon as an initialisation waits. Thread-safe.
 */
final class ModuleGate {

    private final StampedLock lock = new StampedLock();
    private final AtomicInteger closing = new AtomicInteger();
    private final WaitQueue calls;
    private final WaitQueue initialisations;

    ModuleGate(Scheduler scheduler) {
        this.calls = new WaitQueue(scheduler);
        this.initialisations = new WaitQueue(scheduler);
    }

    /** Begins a call; returns what to give to {@link #exit}, or 0 if the time passed or the thread was interrupted. */
    long enter(long nanos) {
        long entry = tryEnter();
        if (entry != 0) {
            return entry;
        }
        long[] later = new long[1];
        calls.await(nanos, () -> (later[0] = tryEnter()) != 0);
        return later[0];
    }

    private long tryEnter() {
        return closing.get() == 0 ? lock.tryReadLock() : 0;
    }

    void exit(long entry) {
        lock.unlockRead(entry);
        if (initialisations.isUsed()) {
            initialisations.wakeAll();
        }
    }

    /** Waits until no call is under way and keeps new ones out; returns what to give to {@link #open}, or 0 if the time passed. */
    long close(long nanos) {
        closing.incrementAndGet();
        long[] entry = new long[1];
        if (!initialisations.awaitUninterruptibly(nanos, () -> (entry[0] = lock.tryWriteLock()) != 0)) {
            admitCalls();
        }
        return entry[0];
    }

    void open(long entry) {
        lock.unlockWrite(entry);
        admitCalls();
        initialisations.wakeAll();
    }

    private void admitCalls() {
        closing.decrementAndGet();
        calls.wakeAll();
    }
}
