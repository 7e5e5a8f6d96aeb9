package io.github.hsmsigner.pkcs11.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many calls may use a session at once. The others wait in a queue, and none is served before one that came earlier.
 *
 * <p>Whoever ends its turn is told whose turn it is now, so that the thread that served the one can serve the other: where an HSM is
 * busy, a session then waits for no thread to wake up. Safe for use by any number of threads at once.
 */
final class Turns {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final Queue<ModuleCall<?>> waiting = new ArrayDeque<>();

    /** Not more than 0 while somebody waits. */
    private int free;

    Turns(int free) {
        this.free = free;
    }

    /** Takes a turn if one is free, else lets the call wait for one; whether it has it. */
    boolean takeOrWait(ModuleCall<?> call) {
        lock.lock();
        try {
            if (free > 0) {
                free--;
                return true;
            }
            waiting.add(call);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Has a call wait no longer; {@code false} if its turn has come. */
    boolean leave(ModuleCall<?> call) {
        lock.lock();
        try {
            return waiting.remove(call);
        } finally {
            lock.unlock();
        }
    }

    /** Gives a turn to the call that has waited longest, which the thread is to start or to serve; {@code null} if none waits. */
    ModuleCall<?> give() {
        lock.lock();
        try {
            ModuleCall<?> next = waiting.poll();
            if (next == null) {
                free++;
                given.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many are free. */
    boolean awaitFree(int count, Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (free < count && left > 0) {
                left = given.awaitNanos(left);
            }
            return free >= count;
        } finally {
            lock.unlock();
        }
    }

    int free() {
        lock.lock();
        try {
            return free;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
