package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/** Signs many digests on the caller's thread and on others that help it. One batch. */
final class BatchSigning implements Runnable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final List<Digest> digests;
    private final Function<Digest, byte[]> signing;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReferenceArray<SignatureResult> results;

    /** The failure that ended the batch. */
    private final AtomicReference<SigningException> failure = new AtomicReference<>();

    BatchSigning(List<Digest> digests, Function<Digest, byte[]> signing) {
        this.digests = List.copyOf(digests);
        this.signing = signing;
        this.results = new AtomicReferenceArray<>(digests.size());
    }

    List<SignatureResult> sign(int parallel, ExecutorService threads) {
        List<Future<?>> helpers = new ArrayList<>();
        try {
            for (int i = 1; i < Math.min(parallel, digests.size()); i++) {
                helpers.add(threads.submit(this));
            }
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // No further thread can be started. The running threads are enough.
        }
        try {
            run();
            for (Future<?> helper : helpers) {
                helper.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(SigningUnavailableException.passing(
                    Reason.LATE, "Waiting for signatures was interrupted.", RETRY_AFTER, e));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("A request ends with a SigningException or an Error", e.getCause());
        } finally {
            // After an error of one thread the others begin no further signature.
            next.set(digests.size());
        }
        List<SignatureResult> all = new ArrayList<>(digests.size());
        for (int i = 0; i < digests.size(); i++) {
            SignatureResult result = results.get(i);
            all.add(result != null ? result : SignatureResult.of(failure.get()));
        }
        return List.copyOf(all);
    }

    @Override
    public void run() {
        for (int i = next.getAndIncrement(); i < digests.size() && failure.get() == null; i = next.getAndIncrement()) {
            try {
                results.set(i, SignatureResult.of(signing.apply(digests.get(i))));
            } catch (SigningException e) {
                results.set(i, SignatureResult.of(e));
                if (e.code() == ErrorCode.UNAVAILABLE || e.code() == ErrorCode.INTERNAL) {
                    stop(e);
                }
            }
        }
    }

    private void stop(SigningException reason) {
        failure.compareAndSet(null, reason);
    }
}
