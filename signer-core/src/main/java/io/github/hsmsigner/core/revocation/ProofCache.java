package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Remembers proofs while they are good, and failures for seconds, and has one thread look for what several want. */
final class ProofCache {

    /** A failure for lack of time says nothing about the peers if the search had less than this. */
    private static final Duration FAIR_TIME = Duration.ofSeconds(1);

    private final Clock clock;
    private final Duration maxAge;
    private final Duration failureAge;
    private final Map<X509Certificate, Kept> kept;
    private final Map<X509Certificate, CompletableFuture<Proof>> searches = new HashMap<>();

    private final Map<X509Certificate, Failed> failures;

    private record Kept(Proof proof, Instant until) {}

    private record Failed(RuntimeException failure, Instant until) {}

    ProofCache(Clock clock, Duration maxAge, Duration failureAge, int size) {
        this.clock = clock;
        this.maxAge = maxAge;
        this.failureAge = failureAge;
        this.kept = new LeastRecentlyUsed<>(size);
        this.failures = new LeastRecentlyUsed<>(size);
    }

    /**
     * The proof for a certificate. A failed search fails all who wait for it, but not if it ended because the time of the one who
     * searched did: then the next one searches.
     *
     * @throws IOException if the search of another thread did not end before the deadline
     */
    Proof get(X509Certificate certificate, Deadline deadline, Supplier<Proof> search) throws IOException {
        boolean waited = false;
        while (true) {
            CompletableFuture<Proof> mine = new CompletableFuture<>();
            CompletableFuture<Proof> running;
            synchronized (this) {
                Kept known = kept.get(certificate);
                if (known != null && clock.instant().isBefore(known.until())) {
                    return known.proof();
                }
                Failed failed = failures.get(certificate);
                if (failed != null && !waited && clock.instant().isBefore(failed.until())) {
                    throw sameFor(failed.failure());
                }
                running = searches.putIfAbsent(certificate, mine);
            }
            if (running == null) {
                return search(certificate, deadline, search, mine);
            }
            try {
                return running.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            } catch (CancellationException e) {
                // The time of the one who searched is up, and ours may not be.
                waited = true;
            } catch (TimeoutException e) {
                throw new IOException("no answer came in time to a request that is under way", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("waiting for the answer was interrupted").initCause(e);
            } catch (ExecutionException e) {
                throw sameFor(e.getCause());
            }
        }
    }

    private Proof search(
            X509Certificate certificate, Deadline deadline, Supplier<Proof> search, CompletableFuture<Proof> result) {
        long start = System.nanoTime();
        try {
            Proof proof = search.get();
            keep(certificate, proof);
            result.complete(proof);
            return proof;
        } catch (RuntimeException | Error e) {
            boolean late = deadline.hasPassed() && System.nanoTime() - start < FAIR_TIME.toNanos();
            end(certificate, late || Thread.currentThread().isInterrupted() ? null : e);
            if (deadline.hasPassed() || Thread.currentThread().isInterrupted()) {
                result.cancel(false);
            } else {
                result.completeExceptionally(e);
            }
            throw e;
        }
    }

    private synchronized void keep(X509Certificate certificate, Proof proof) {
        Instant oldest = clock.instant().plus(maxAge);
        kept.put(certificate, new Kept(proof, oldest.isBefore(proof.goodUntil()) ? oldest : proof.goodUntil()));
        failures.remove(certificate);
        searches.remove(certificate);
    }

    /** Ends a search without a proof. Keeps a failure of the peers, so that not each request waits for one that does not answer. */
    private synchronized void end(X509Certificate certificate, Throwable failure) {
        if (failure instanceof SigningUnavailableException unavailable && failureAge.toNanos() > 0) {
            failures.put(certificate, new Failed(unavailable, clock.instant().plus(failureAge)));
        }
        searches.remove(certificate);
    }

    /** An error of its own for each thread, as each has a place of its own where it happened. */
    private static RuntimeException sameFor(Throwable failure) {
        if (failure instanceof SigningUnavailableException e) {
            return e.retryAfter()
                    .map(time ->
                            SigningUnavailableException.passing(e.reason(), e.getMessage(), e.clientMessage(), time, e))
                    .orElseGet(() ->
                            SigningUnavailableException.lasting(e.reason(), e.getMessage(), e.clientMessage(), e));
        }
        return new IllegalStateException("Looking for revocation information failed in another thread", failure);
    }
}
