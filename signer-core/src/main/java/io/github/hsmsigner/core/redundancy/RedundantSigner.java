package io.github.hsmsigner.core.redundancy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Several signers that hold the same key, as one: two HSM clusters, or tokens that share a key. It signs as long as one of them does.
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
public final class RedundantSigner implements Signer {

    private final List<Member> members;
    private final Order order;
    private final PublicKey publicKey;
    private final Set<SignatureAlgorithm> algorithms;
    private final Set<SignatureAlgorithm> ofWholeMessages;

    /** A request waits on its own thread, so that a signer that does not return keeps no caller. */
    private final Executor threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "failover");
        thread.setDaemon(true);
        return thread;
    });

    private RedundantSigner(Builder builder) {
        this.members = builder.signers.stream()
                .map(signer -> new Member(signer, builder.firstPause, builder.longestPause, builder.nanoTime))
                .toList();
        this.order = builder.order;
        this.publicKey = builder.signers.get(0).publicKey();
        this.algorithms = commonAlgorithms(builder.signers);
        this.ofWholeMessages = algorithms.stream()
                .filter(algorithm -> builder.signers.stream().anyMatch(signer -> signer.signsWholeMessage(algorithm)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Begins a signer that stands for several.
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
        Set<SignatureAlgorithm> common = EnumSet.allOf(SignatureAlgorithm.class);
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
        List<Member> candidates = order.arrange(members);
        return candidates.size() == 1
                ? candidates.get(0).sign(signing, deadline)
                : new FailoverCall(candidates, signing, deadline, threads).signature();
    }

    @Override
    public String toString() {
        return "RedundantSigner" + members;
    }

    /** Signs with one of the signers. */
    @FunctionalInterface
    interface Signing {
        byte[] with(Signer signer, Deadline deadline);
    }

    /** Collects what makes a {@link RedundantSigner}. Not safe for use by several threads. */
    public static final class Builder {

        private final List<Signer> signers;
        private Order order = Order.PREFERRED_FIRST;
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
         * Sets the order in which signers get requests. Default: {@link Order#PREFERRED_FIRST}.
         *
         * @param order the order
         * @return this builder
         */
        public Builder order(Order order) {
            this.order = Objects.requireNonNull(order, "order");
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
        public RedundantSigner build() {
            return new RedundantSigner(this);
        }
    }
}
