package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Sixteen threads that sign without pause; each signature is of another message and is verified. */
final class Load implements AutoCloseable {

    private static final int THREADS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long PAUSE_NANOS = 5_000_000;

    private final Signer signer;
    private final Duration deadline;
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong made = new AtomicLong();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger messages = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Load(Signer signer, Duration deadline) {
        this.signer = signer;
        this.deadline = deadline;
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::signOnAndOn, "load-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void signOnAndOn() {
        while (!stopped) {
            byte[] message = ByteBuffer.allocate(Integer.BYTES)
                    .putInt(messages.incrementAndGet())
                    .array();
            SignatureAlgorithm algorithm = SignatureAlgorithm.RSA_PKCS1_SHA256;
            try {
                byte[] signature = signer.sign(
                        algorithm, Digest.compute(algorithm.digestAlgorithm(), message), Deadline.after(deadline));
                if (!algorithm.verify(signer.publicKey(), message, signature)) {
                    wrong.incrementAndGet();
                }
                made.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e);
                // As a client would; failures without pause would only take the processor from what heals.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    long made() {
        return made.get();
    }

    /** Waits until so many more signatures are made. */
    void awaitMore(int signatures) {
        long wanted = made.get() + signatures;
        Await.until(PATIENCE, signatures + " more signatures", () -> made.get() >= wanted);
    }

    List<RuntimeException> failures() {
        return List.copyOf(failures);
    }

    int wrongSignatures() {
        return wrong.get();
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
