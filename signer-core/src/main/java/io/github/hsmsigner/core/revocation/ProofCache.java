package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.fetch.PeerOutage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers proofs while they are good, renews those in use in the background, remembers failures for seconds, and has one thread look
 * for what several want. Thread-safe.
 *
 * <p>A proof that was used is renewed after half of its time. If that fails, it is tried again after pauses, and the proof stays in use
 * until its nextUpdate. If the certificate was revoked, the proof is removed at once.
 */
final class ProofCache {

    private static final Logger LOG = LoggerFactory.getLogger(OnlineRevocationSource.class);
    private static final Duration REFRESH_LIMIT = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    /** A failure for lack of time says nothing about the peers if the search had less than this. */
    private static final Duration FAIR_TIME = Duration.ofSeconds(1);

    private final Clock clock;
    private final Duration maxAge;
    private final Duration failureAge;
    private final Map<X509Certificate, Kept> kept;
    private final Map<X509Certificate, CompletableFuture<Proof>> searches = new HashMap<>();

    private final Map<X509Certificate, Failed> failures;

    private final RefreshTimer timer;
    private final LongAdder refreshes = new LongAdder();
    private final LongAdder failedRefreshes = new LongAdder();

    /** Guarded by the cache. */
    private static final class Kept {

        private final Proof proof;
        private final Function<Deadline, Proof> search;
        private final PeerOutage outage = new PeerOutage();

        /** When a request waits for a new proof. Until nextUpdate it gets this one if there is none. */
        private Instant askAt;

        private boolean used;

        Kept(Proof proof, Function<Deadline, Proof> search, Instant askAt, boolean used) {
            this.proof = proof;
            this.search = search;
            this.askAt = askAt;
            this.used = used;
        }
    }

    private record Failed(RuntimeException failure, Instant until) {}

    ProofCache(Clock clock, Duration maxAge, Duration failureAge, int size, RefreshTimer timer) {
        this.clock = clock;
        this.maxAge = maxAge;
        this.failureAge = failureAge;
        this.kept = new LeastRecentlyUsed<>(size);
        this.failures = new LeastRecentlyUsed<>(size);
        this.timer = timer;
    }

    /**
     * Returns the proof for a certificate. A failed search fails all who wait for it, but not if it ended because the
     * time of the one who searched did: then the next one searches.
     *
     * @throws IOException if the search of another thread did not end before the deadline
     */
    Proof get(X509Certificate certificate, Deadline deadline, Function<Deadline, Proof> search) throws IOException {
        boolean waited = false;
        while (true) {
            CompletableFuture<Proof> mine = new CompletableFuture<>();
            CompletableFuture<Proof> running;
            synchronized (this) {
                Kept known = kept.get(certificate);
                if (known != null && clock.instant().isBefore(known.askAt)) {
                    known.used = true;
                    return known.proof;
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
            X509Certificate certificate,
            Deadline deadline,
            Function<Deadline, Proof> search,
            CompletableFuture<Proof> result) {
        long start = System.nanoTime();
        try {
            Proof proof = search.apply(deadline);
            keep(certificate, proof, search, true);
            result.complete(proof);
            return proof;
        } catch (RuntimeException | Error e) {
            Optional<Proof> valid = validInstead(certificate, e);
            if (valid.isPresent()) {
                result.complete(valid.get());
                return valid.get();
            }
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

    private void keep(X509Certificate certificate, Proof proof, Function<Deadline, Proof> search, boolean used) {
        Instant now = clock.instant();
        Instant oldest = now.plus(maxAge);
        Instant askAt = oldest.isBefore(proof.goodUntil()) ? oldest : proof.goodUntil();
        Kept entry = new Kept(proof, search, askAt, used);
        synchronized (this) {
            kept.put(certificate, entry);
            failures.remove(certificate);
            searches.remove(certificate);
        }
        Duration half = Duration.between(now, askAt).dividedBy(2);
        if (!half.isNegative() && !half.isZero()) {
            timer.after(half, () -> refresh(certificate, entry, FIRST_PAUSE));
        }
    }

    /** Returns the proof that is known, if it is good although there is no newer one; ends the search then. */
    private synchronized Optional<Proof> validInstead(X509Certificate certificate, Throwable failure) {
        Kept known = kept.get(certificate);
        if (known == null) {
            return Optional.empty();
        }
        if (!passes(failure)) {
            kept.remove(certificate);
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (maxAge.isZero() || !now.isBefore(known.proof.goodUntil())) {
            return Optional.empty();
        }
        known.askAt = now.plus(FIRST_PAUSE);
        searches.remove(certificate);
        return Optional.of(known.proof);
    }

    /** A certificate that was revoked is an error that lasts. */
    private static boolean passes(Throwable failure) {
        return failure instanceof SigningUnavailableException e && e.retryable();
    }

    private void refresh(X509Certificate certificate, Kept entry, Duration pause) {
        synchronized (this) {
            if (kept.get(certificate) != entry
                    || !entry.used
                    || !clock.instant().isBefore(entry.proof.goodUntil())) {
                return;
            }
        }
        try {
            keep(certificate, entry.search.apply(Deadline.after(REFRESH_LIMIT)), entry.search, false);
            refreshes.increment();
            if (entry.outage.succeeded() > 0) {
                LOG.info(
                        "Revocation information for the certificate of {} is refreshed again.",
                        DistinguishedName.ofSubject(certificate));
            }
        } catch (RuntimeException | Error e) {
            failedRefreshes.increment();
            if (e instanceof SigningUnavailableException && !passes(e)) {
                synchronized (this) {
                    kept.remove(certificate, entry);
                }
                LOG.error("{}", e.getMessage());
                return;
            }
            if (entry.outage.failed()) {
                LOG.warn(
                        "Revocation information could not be refreshed; the previous one stays in use until {}. Next attempt in {} s: {}",
                        entry.proof.goodUntil(),
                        pause.toSeconds(),
                        e.toString());
            }
            Duration longer = pause.multipliedBy(2);
            Duration next = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
            timer.after(pause, () -> refresh(certificate, entry, next));
        }
    }

    long refreshes() {
        return refreshes.sum();
    }

    long failedRefreshes() {
        return failedRefreshes.sum();
    }

    /** Ends a search without a proof. Keeps a failure of the peers, so that not each request waits for one that does not answer. */
    private synchronized void end(X509Certificate certificate, Throwable failure) {
        if (failure instanceof SigningUnavailableException unavailable && failureAge.toNanos() > 0) {
            failures.put(certificate, new Failed(unavailable, clock.instant().plus(failureAge)));
        }
        searches.remove(certificate);
    }

    /** Returns a separate exception for each thread, because each needs its own stack trace. */
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
