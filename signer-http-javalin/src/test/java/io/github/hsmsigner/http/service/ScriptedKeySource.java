package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKeys;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Fails as told, time after time, and then opens what is behind it. */
final class ScriptedKeySource implements KeySource {

    private final KeySource behind;
    private final Deque<RuntimeException> failures;
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();
    private final Semaphore permits;

    ScriptedKeySource(KeySource behind, RuntimeException... failures) {
        this(behind, Integer.MAX_VALUE, failures);
    }

    /** Attempts past the permitted number wait until {@link #permit} is called. */
    ScriptedKeySource(KeySource behind, int permitted, RuntimeException... failures) {
        this.behind = behind;
        this.permits = new Semaphore(permitted);
        this.failures = new ArrayDeque<>(List.of(failures));
    }

    void permit() {
        permits.release();
    }

    int attempts() {
        return attempts.get();
    }

    int closes() {
        return closes.get();
    }

    @Override
    public SigningKeys open(Deadline deadline) {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        attempts.incrementAndGet();
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return behind.open(deadline);
    }

    @Override
    public void close() {
        closes.incrementAndGet();
        behind.close();
    }
}
