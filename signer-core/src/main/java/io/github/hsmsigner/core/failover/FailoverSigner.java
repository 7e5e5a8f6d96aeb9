package io.github.hsmsigner.core.failover;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Failover between signers that hold the same key: two HSM clusters, or tokens that share a key. It signs while one of them signs.
 *
 * <p><b>Failover.</b> A signer that is down, has its PIN rejected or its key missing is left out, and the same request goes to the next
 * one. A signer that is left out is tried again by one request at a time, with pauses that grow. If all signers fail, each request tries
 * all of them.
 *
 * <p><b>No failover.</b> A signer that is busy, and a deadline that passes, do not count as a failure: see
 * {@link io.github.hsmsigner.core.error.SigningUnavailableException.Reason}. So an overload of one site does not move to the next. A
 * request that a signer rejects ({@link io.github.hsmsigner.core.error.InternalSigningException}) goes to the next one, but the signer
 * stays in use.
 *
 * <p><b>Hanging signers.</b> Each signer has the whole time until the deadline. If it makes no signature at all, for any request, during
 * an equal share of that time, the next signer is asked too, and the first signature counts. If the next one answers, the silent one is
 * left out. A signature that is not used is reported to {@link Deadline.LateResultListener}.
 *
 * <p>Signers run on threads of this object, at most one thread for each signer and request. The threads end when they are idle, so there
 * is nothing to close. The caller owns the signers and closes their tokens. Thread-safe.
 */
public final class FailoverSigner implements Signer {

    private final List<Member> members;
    private final Strategy strategy;
    private final PublicKey publicKey;
    private final Set<SignatureAlgorithm> algorithms;
    private final Set<SignatureAlgorithm> ofWholeMessages;

    /** A request waits on its own thread, so that a signer that does not return keeps no caller. */
    private final Executor threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "failover");
        thread.setDaemon(true);
        return thread;
    });

    private FailoverSigner(Builder builder) {
        this.members = builder.signers.stream()
                .map(signer -> new Member(signer, builder.firstPause, builder.longestPause, builder.nanoTime))
                .toList();
        this.strategy = builder.strategy;
        this.publicKey = builder.signers.get(0).publicKey();
        this.algorithms = commonAlgorithms(builder.signers);
        this.ofWholeMessages = algorithms.stream()
                .filter(algorithm -> builder.signers.stream().anyMatch(signer -> signer.signsWholeMessage(algorithm)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns a builder for several signers of one key.
     *
     * @param signers the signers, at least one; the preferred ones first
     * @return a builder
     * @throws InvalidConfigurationException if there is none, they do not all have the same public key, or they have no algorithm in
     *     common
     */
    public static Builder builder(List<? extends Signer> signers) {
        return new Builder(List.copyOf(signers));
    }

    private static Set<SignatureAlgorithm> commonAlgorithms(List<Signer> signers) {
        Set<SignatureAlgorithm> common = new TreeSet<>(signers.get(0).algorithms());
        signers.forEach(signer -> common.retainAll(signer.algorithms()));
        return Collections.unmodifiableSet(common);
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    /** Returns the algorithms that all signers support. */
    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return algorithms;
    }

    /** Returns whether at least one signer needs the message; then all signers get it. */
    @Override
    public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
        return ofWholeMessages.contains(algorithm);
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        requireSupported(algorithm, digest);
        return withAny(deadline, (signer, share) -> signer.sign(algorithm, digest, share));
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        requireSupported(algorithm);
        return withAny(deadline, (signer, share) -> signer.signMessage(algorithm, message, share));
    }

    /**
     * Returns the number of signers in use: the signers whose last attempt did not fail.
     *
     * @return the number, from 0 to the number of signers
     */
    public int usable() {
        return (int) members.stream().filter(Member::isUsable).count();
    }

    private byte[] withAny(Deadline deadline, Signing signing) {
        List<Member> candidates = strategy.arrange(members);
        return candidates.size() == 1
                ? candidates.get(0).sign(signing, deadline)
                : new FailoverCall(candidates, signing, deadline, threads).signature();
    }

    @Override
    public String toString() {
        return "FailoverSigner" + members;
    }

    /** Selects the signer that a request goes to first. A signer that failed at its last attempt comes last. */
    public enum Strategy {
        /** The first signer of the list while it works, then the next: a primary site and a secondary one. */
        FAILOVER,
        /** The signer with the fewest signatures in progress: the signers share the load. */
        LEAST_BUSY;

        /** A failed signer whose pause is over comes first, for this request only. */
        private List<Member> arrange(List<Member> members) {
            return members.stream()
                    .map(this::candidate)
                    .sorted(Comparator.comparingInt(Candidate::group).thenComparingInt(Candidate::load))
                    .map(Candidate::member)
                    .toList();
        }

        /** Reads changing values once, because the sort compares a member several times. */
        private Candidate candidate(Member member) {
            int group = member.isUsable() ? 1 : member.claimTry() ? 0 : 2;
            return new Candidate(group, this == LEAST_BUSY ? member.inFlight() : 0, member);
        }
    }

    private record Candidate(int group, int load, Member member) {}

    /** Signs with one of the signers. */
    @FunctionalInterface
    interface Signing {
        byte[] with(Signer signer, Deadline deadline);
    }

    /** Builder of {@link FailoverSigner}. Not thread-safe. */
    public static final class Builder {

        private final List<Signer> signers;
        private Strategy strategy = Strategy.FAILOVER;
        private Duration firstPause = Duration.ofSeconds(1);
        private Duration longestPause = Duration.ofSeconds(30);
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(List<Signer> signers) {
            if (signers.isEmpty()) {
                throw new InvalidConfigurationException("At least one signer is needed for a key in several places.");
            }
            PublicKey key = signers.get(0).publicKey();
            for (Signer signer : signers) {
                if (!SubjectPublicKeys.same(key, signer.publicKey())) {
                    throw new InvalidConfigurationException("The signers do not hold the same key: the public key of "
                            + signer + " is not that of " + signers.get(0) + ".");
                }
            }
            if (commonAlgorithms(signers).isEmpty()) {
                throw new InvalidConfigurationException("The signers have no algorithm in common: " + signers + ".");
            }
            this.signers = signers;
        }

        /**
         * Sets which signer a request goes to. Default: {@link Strategy#FAILOVER}.
         *
         * @param strategy the strategy
         * @return this builder
         */
        public Builder strategy(Strategy strategy) {
            this.strategy = Objects.requireNonNull(strategy, "strategy");
            return this;
        }

        /**
         * Sets the pauses before the next attempt with a failed signer, doubled at each failure. Default: from 1 s to
         * 30 s.
         *
         * @param first the pause after the first failure; positive
         * @param longest the longest pause; not shorter
         * @return this builder
         * @throws InvalidConfigurationException if the first is not positive or the longest is shorter
         */
        public Builder pauses(Duration first, Duration longest) {
            if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
                throw new InvalidConfigurationException(
                        "The pauses before a signer is tried again must be positive and grow: " + first + " to "
                                + longest + ".");
            }
            this.firstPause = first;
            this.longestPause = longest;
            return this;
        }

        /** Sets the source of the time, for tests. */
        Builder nanoTime(LongSupplier source) {
            this.nanoTime = source;
            return this;
        }

        /**
         * Builds the signer.
         *
         * @return the signer
         */
        public FailoverSigner build() {
            return new FailoverSigner(this);
        }
    }
}
