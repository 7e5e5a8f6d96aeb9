package io.github.hsmsigner.core.failover;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One signature by the first of several members that makes it.
 *
 * <p>Each member has until the deadline. If a member fails, the call tries the next one. A member that makes no
 * signature for any request during an equal share of the time may hang. Then the call tries the next one concurrently.
 * A busy or slow member continues.
 *
 * <p>The caller's thread waits, and the members run on other threads.
 */
final class FailoverCall {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** A member that is left out gets little time before the next one is tried in parallel. */
    private static final long TRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The time after the deadline in which members may report why there is no signature. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final List<Member> members;
    private final FailoverSigner.Signing signing;
    private final Deadline deadline;
    private final Executor threads;
    private final Iterator<Member> candidates;
    private final long share;
    private final List<Attempt> running = new ArrayList<>(2);
    private final List<SigningException> failures = new ArrayList<>(0);

    /** Has the attempts that have ended and that the caller does not know yet. */
    private final BlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();

    /** Guarded by {@link #ended}. */
    private boolean callerLeft;

    FailoverCall(List<Member> members, FailoverSigner.Signing signing, Deadline deadline, Executor threads) {
        this.members = members;
        this.signing = signing;
        this.deadline = deadline;
        this.threads = threads;
        this.candidates = members.iterator();
        this.share = deadline.remainingNanos() / members.size();
    }

    byte[] signature() {
        try {
            startNext();
            while (!running.isEmpty()) {
                Attempt attempt = next();
                if (attempt != null) {
                    running.remove(attempt);
                    if (attempt.signature != null) {
                        running.forEach(Attempt::leaveOutIfSilent);
                        return attempt.signature;
                    }
                    failed(attempt.failure);
                } else if (deadline.hasPassed()) {
                    break;
                } else if (!watched().makesProgress()) {
                    watched().passedOver = true;
                    startNext();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SigningUnavailableException.passing(
                    Reason.LATE, "Waiting for a signature was interrupted.", RETRY_AFTER, e);
        } finally {
            leave();
        }
        throw unavailable();
    }

    /**
     * Returns the next attempt that ends; {@code null} if it is time to check whether the last one makes progress, or
     * to give up.
     */
    private @Nullable Attempt next() throws InterruptedException {
        long left = deadline.remainingNanos();
        long limit = candidates.hasNext() ? Math.min(left, watched().patienceLeft()) : left + GRACE_NANOS;
        return ended.poll(limit, TimeUnit.NANOSECONDS);
    }

    private Attempt watched() {
        return running.get(running.size() - 1);
    }

    private void startNext() {
        if (candidates.hasNext()) {
            Attempt attempt = new Attempt(candidates.next());
            running.add(attempt);
            try {
                threads.execute(attempt);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                // No thread can be started. Without one this member gets its share of the time and no more.
                attempt.run(deadline.share(members.size()));
            }
        }
    }

    private void failed(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof SigningUnavailableException unavailable) {
            failures.add(unavailable);
            if (unavailable.reason().signerFailed()) {
                startNext();
            }
        } else if (failure instanceof InternalSigningException rejected) {
            failures.add(rejected);
            startNext();
        } else {
            throw (RuntimeException) failure;
        }
    }

    /** Leaves the call. Later and unused results reach no caller. */
    private void leave() {
        synchronized (ended) {
            callerLeft = true;
        }
        ended.forEach(Attempt::reportLate);
    }

    private SigningException unavailable() {
        if (failures.isEmpty()) {
            return SigningUnavailableException.passing(
                    Reason.LATE,
                    "No signature before the deadline from "
                            + running.stream().map(Attempt::toString).collect(Collectors.joining(" and ")) + ".",
                    RETRY_AFTER,
                    null);
        }
        SigningException first = failures.get(0);
        if (failures.size() == 1) {
            return first;
        }
        Optional<Reason> reason = failures.stream()
                .filter(SigningUnavailableException.class::isInstance)
                .map(e -> ((SigningUnavailableException) e).reason())
                .min(Reason::compareTo);
        if (reason.isEmpty()) {
            failures.subList(1, failures.size()).forEach(first::addSuppressed);
            return first;
        }
        String message = "None of the signers that hold the key can be used: "
                + failures.stream().map(Throwable::getMessage).collect(Collectors.joining(" "));
        SigningUnavailableException all = failures.stream()
                .map(SigningException::retryAfter)
                .flatMap(Optional::stream)
                .min(Duration::compareTo)
                .map(retryAfter -> SigningUnavailableException.passing(reason.get(), message, retryAfter, first))
                .orElseGet(() -> SigningUnavailableException.lasting(reason.get(), message, first));
        failures.subList(1, failures.size()).forEach(all::addSuppressed);
        return all;
    }

    /** A member that signs. */
    private final class Attempt implements Runnable {

        private final Member member;
        private final long patience;

        /** When the member last made progress. Used only by the caller's thread. */
        private long since = System.nanoTime();

        private long signatures;
        private boolean passedOver;

        /** Written before the attempt is put into the queue. */
        private byte @Nullable [] signature;

        private @Nullable Throwable failure;

        Attempt(Member member) {
            this.member = member;
            this.signatures = member.signatures();
            this.patience = member.isUsable() ? share : Math.min(share, TRY_NANOS);
        }

        long patienceLeft() {
            return Math.max(0, since + patience - System.nanoTime());
        }

        /**
         * Returns whether the member made a signature since the last call; if so, it has its whole time again.
         */
        boolean makesProgress() {
            long now = member.signatures();
            if (now == signatures) {
                return false;
            }
            signatures = now;
            since = System.nanoTime();
            return true;
        }

        /** After another member has signed. */
        void leaveOutIfSilent() {
            if (passedOver && member.signatures() == signatures) {
                member.fails("it made no signature within " + TimeUnit.NANOSECONDS.toMillis(patience) + " ms.");
            }
        }

        @Override
        public void run() {
            run(deadline);
        }

        void run(Deadline limit) {
            try {
                signature = member.sign(signing, limit);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            boolean late;
            synchronized (ended) {
                late = callerLeft;
                if (!late) {
                    ended.add(this);
                }
            }
            if (late) {
                reportLate();
            }
        }

        void reportLate() {
            if (signature != null) {
                deadline.reportLateResult(member.toString());
            }
        }

        @Override
        public String toString() {
            return member.toString();
        }
    }
}
