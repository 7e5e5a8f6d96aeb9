package io.github.hsmsigner.core.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class FailoverSignerTest {

    private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RSA_PKCS1_SHA256;
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final byte[] EXPECTED = TestKeys.SIGNER.sign(ALGORITHM, DIGEST, TestKeys.soon());

    private final AtomicLong now = new AtomicLong();
    private final Place first = new Place("first");
    private final Place second = new Place("second");
    private final FailoverSigner signer = signer(FailoverSigner.Strategy.FAILOVER);

    private FailoverSigner signer(FailoverSigner.Strategy strategy) {
        return FailoverSigner.builder(List.of(first, second))
                .strategy(strategy)
                .pauses(PAUSE, PAUSE.multipliedBy(4))
                .nanoTime(now::get)
                .build();
    }

    private static byte[] sign(FailoverSigner signer) {
        return signer.sign(ALGORITHM, DIGEST, TestKeys.soon());
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void goesToThePreferredOneAsLongAsItWorks() {
        for (int i = 0; i < 10; i++) {
            assertThat(sign(signer)).isEqualTo(EXPECTED);
        }
        assertThat(first.asked).isEqualTo(10);
        assertThat(second.asked).isZero();
        assertThat(SigningKey.open("key", signer, TestKeys.SIGNER, TestKeys.soon())
                        .signer())
                .isSameAs(signer);
    }

    @Test
    void leavesOutOneThatFailsAndTriesItAgainAfterPausesThatGrow() {
        first.works = false;
        assertThat(sign(signer)).isEqualTo(EXPECTED);
        assertThat(signer.usable()).isEqualTo(1);
        List<Integer> tries = new ArrayList<>();
        for (int second = 0; second < 16; second++) {
            assertThat(sign(signer)).isEqualTo(EXPECTED);
            assertThat(sign(signer)).isEqualTo(EXPECTED);
            tries.add(first.asked);
            pass(PAUSE);
        }
        assertThat(tries).containsExactly(1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6);

        first.works = true;
        pass(PAUSE.multipliedBy(4));
        sign(signer);
        assertThat(signer.usable()).isEqualTo(2);
        int before = second.asked;
        sign(signer);
        assertThat(second.asked).isEqualTo(before);
    }

    @Test
    void saysOnceThatOneIsLeftOutAndOnceThatItIsBack() {
        try (CapturedLog log = new CapturedLog()) {
            first.works = false;
            sign(signer);
            sign(signer);
            pass(PAUSE);
            sign(signer);
            assertThat(log.text()).containsOnlyOnce("first is left out for now: first is away.");
            first.works = true;
            pass(PAUSE.multipliedBy(4));
            sign(signer);
            sign(signer);
            assertThat(log.text()).containsOnlyOnce("first works again.");
        }
    }

    @Test
    void whereAllFailEachRequestTriesAllAndNamesAllReasons() {
        first.works = false;
        second.works = false;
        for (int i = 1; i <= 3; i++) {
            assertThatThrownBy(() -> sign(signer)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                assertThat(e).hasMessageContaining("first is away.").hasMessageContaining("second is away.");
                assertThat(e.retryable()).isTrue();
                assertThat(e.retryAfter()).contains(Duration.ofSeconds(2));
                assertThat(e.getSuppressed()).hasSize(1);
            });
            assertThat(first.asked).isEqualTo(i);
            assertThat(second.asked).isEqualTo(i);
        }
        second.works = true;
        assertThat(sign(signer)).isEqualTo(EXPECTED);
    }

    @Test
    void oneThatHangsLeavesTimeForTheNext() {
        first.hangs = true;
        assertThat(signer.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ofMillis(400))))
                .isEqualTo(EXPECTED);
        assertThat(second.asked).isEqualTo(1);
    }

    @Test
    void balancesByWhatIsInTheMaking() throws Exception {
        FailoverSigner balanced = signer(FailoverSigner.Strategy.LEAST_BUSY);
        first.gate = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<byte[]> slow = thread.submit(() -> sign(balanced));
            first.entered.await();
            for (int i = 0; i < 5; i++) {
                sign(balanced);
            }
            assertThat(first.asked).isEqualTo(1);
            assertThat(second.asked).isEqualTo(5);
            first.gate.countDown();
            assertThat(slow.get()).isEqualTo(EXPECTED);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aMistakeOfTheCallerIsNoFailureOfTheSigner() {
        assertThatThrownBy(() -> signer.sign(
                        SignatureAlgorithm.RSA_PKCS1_SHA512,
                        Digest.compute(DigestAlgorithm.SHA512, new byte[0]),
                        TestKeys.soon()))
                .isInstanceOf(UnsupportedRequestException.class);
        assertThat(signer.usable()).isEqualTo(2);
    }

    @Test
    void takesOnlySignersOfOneKeyWithAnAlgorithmInCommon() {
        Signer stranger = TestKeys.signer(TestPki.rsaKeyPair(2048));
        assertThatThrownBy(() -> FailoverSigner.builder(List.of(first, stranger)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("do not hold the same key");
        assertThatThrownBy(() -> FailoverSigner.builder(List.of())).isInstanceOf(InvalidConfigurationException.class);
        Place other = new Place("other");
        other.algorithms = Set.of(SignatureAlgorithm.RSA_PSS_SHA256);
        assertThatThrownBy(() -> FailoverSigner.builder(List.of(first, other)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no algorithm in common");
    }

    @Test
    void givesAllTheMessageWhenOneOfThemMustSeeIt() {
        assertThat(signer.signsWholeMessage(ALGORITHM)).isFalse();
        second.hashesItself = true;
        FailoverSigner mixed = signer(FailoverSigner.Strategy.FAILOVER);
        assertThat(mixed.signsWholeMessage(ALGORITHM)).isTrue();
        first.works = false;
        assertThat(mixed.signMessage(ALGORITHM, new byte[] {1}, TestKeys.soon()))
                .isEqualTo(EXPECTED);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void onlyAFailedSignerIsLeftOutAndReplaced(Reason reason) {
        first.failure = SigningUnavailableException.passing(reason, "first: " + reason, Duration.ofSeconds(2), null);
        if (reason == Reason.BUSY || reason == Reason.LATE) {
            assertThatThrownBy(() -> sign(signer)).isSameAs(first.failure);
            assertThat(second.asked).isZero();
            assertThat(signer.usable()).isEqualTo(2);
        } else {
            assertThat(sign(signer)).isEqualTo(EXPECTED);
            assertThat(signer.usable()).isEqualTo(1);
        }
    }

    @Test
    void aRequestThatASignerRejectsGoesToTheNextOneAndBothStayInUse() {
        first.failure = new InternalSigningException("CKR_DATA_LEN_RANGE", null);
        assertThat(sign(signer)).isEqualTo(EXPECTED);
        assertThat(signer.usable()).isEqualTo(2);
        second.failure = new InternalSigningException("CKR_DATA_INVALID", null);
        assertThatThrownBy(() -> sign(signer)).isSameAs(first.failure).hasSuppressedException(second.failure);
        assertThat(signer.usable()).isEqualTo(2);
        second.failure = new IllegalStateException("a fault in the signer");
        assertThatThrownBy(() -> sign(signer)).isSameAs(second.failure);
    }

    /** As signers do that have no other answer to a request without time. */
    @Test
    void aDeadlineThatHasPassedBlamesNoSigner() throws Exception {
        first.failsWithoutTime = true;
        second.failsWithoutTime = true;
        for (int i = 1; i <= 3; i++) {
            assertThatThrownBy(() -> signer.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ZERO)))
                    .isInstanceOf(SigningUnavailableException.class);
            int requests = i;
            await(() -> first.asked == requests);
        }
        assertThat(signer.usable()).isEqualTo(2);
        assertThat(sign(signer)).isEqualTo(EXPECTED);
    }

    @Test
    void anInterruptedCallerBlamesNoSigner() {
        first.gate = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> sign(signer))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.LATE));
        assertThat(Thread.interrupted()).isTrue();
        first.gate.countDown();
        assertThat(signer.usable()).isEqualTo(2);
        assertThat(second.asked).isZero();
    }

    @Test
    void aSlowSignerHasTheWholeTime() {
        first.slowUntilLeft = Duration.ofMillis(450);
        second.gate = new CountDownLatch(1);
        assertThat(signer.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ofSeconds(1))))
                .isEqualTo(EXPECTED);
        second.gate.countDown();
        assertThat(signer.usable()).isEqualTo(2);
    }

    /** A request that waits long for a signer that serves others: an overload, which must not move to the next site. */
    @Test
    void aSignerThatIsSlowBecauseItServesOthersIsLeftToWork() throws Exception {
        Duration time = Duration.ofSeconds(2);
        first.slowUntilLeft = Duration.ofMillis(600);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<byte[]> slow = thread.submit(() -> signer.sign(ALGORITHM, DIGEST, Deadline.after(time)));
            first.entered.await();
            first.slowUntilLeft = null;
            while (!slow.isDone()) {
                assertThat(signer.sign(ALGORITHM, DIGEST, TestKeys.soon())).isEqualTo(EXPECTED);
            }
            assertThat(slow.get()).isEqualTo(EXPECTED);
            assertThat(second.asked).isZero();
            assertThat(signer.usable()).isEqualTo(2);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void theLossOfASiteFailsNoRequest() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (Runnable loss : List.<Runnable>of(
                    () -> first.hangs = true,
                    () -> first.works = false,
                    () -> first.failure =
                            SigningUnavailableException.lasting(Reason.KEY_MISSING, "The key is gone.", null))) {
                FailoverSigner shared = signer(FailoverSigner.Strategy.FAILOVER);
                first.hangs = false;
                loss.run();
                List<Callable<byte[]>> requests = Collections.nCopies(
                        40, () -> shared.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ofSeconds(2))));
                for (Future<byte[]> request : threads.invokeAll(requests)) {
                    assertThat(request.get()).isEqualTo(EXPECTED);
                }
                assertThat(shared.usable()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aSignatureThatComesSecondIsReportedAndItsSignerUsedAgain() {
        first.gate = new CountDownLatch(1);
        List<String> late = new CopyOnWriteArrayList<>();
        Deadline deadline = Deadline.after(Duration.ofSeconds(1))
                .withListener((origin, time) -> late.add(origin + " " + time.isNegative()));
        assertThat(signer.sign(ALGORITHM, DIGEST, deadline)).isEqualTo(EXPECTED);
        assertThat(signer.usable()).isEqualTo(1);
        assertThat(late).isEmpty();
        first.gate.countDown();
        await(() -> signer.usable() == 2 && !late.isEmpty());
        assertThat(late).containsExactly("first false");
    }

    /** Otherwise each request that tries a signer that hangs would wait for half of its time. */
    @Test
    void aSignerThatIsLeftOutIsTriedWithoutAskingTheCallerForPatience() {
        first.works = false;
        sign(signer);
        first.works = true;
        first.gate = new CountDownLatch(1);
        pass(PAUSE);
        assertThat(signer.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ofHours(1))))
                .isEqualTo(EXPECTED);
        assertThat(signer.usable()).isEqualTo(1);
        first.gate.countDown();
        await(() -> signer.usable() == 2);
    }

    @Test
    void withoutAnswersTheErrorNamesWhoWasAsked() {
        first.gate = new CountDownLatch(1);
        second.gate = new CountDownLatch(1);
        // The first signer has half of the time. The other half is longer than a loaded machine is late.
        assertThatThrownBy(() -> signer.sign(ALGORITHM, DIGEST, Deadline.after(Duration.ofSeconds(1))))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.LATE))
                .hasMessage("No signature before the deadline from first and second.");
        first.gate.countDown();
        second.gate.countDown();
        assertThat(signer.usable()).isEqualTo(2);
    }

    private static void await(BooleanSupplier condition) {
        Deadline limit = TestKeys.soon();
        while (!condition.getAsBoolean()) {
            assertThat(limit.hasPassed()).isFalse();
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A place where the key is, which can be told to fail, to hang until the deadline, and to wait. */
    private static final class Place implements Signer {

        private final String name;
        private final CountDownLatch entered = new CountDownLatch(1);
        private Set<SignatureAlgorithm> algorithms = Set.of(ALGORITHM);
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean works = true;
        private volatile boolean hangs;
        private volatile boolean hashesItself;
        private volatile boolean failsWithoutTime;
        private volatile Duration slowUntilLeft;
        private volatile RuntimeException failure;
        private volatile int asked;

        Place(String name) {
            this.name = name;
        }

        @Override
        public PublicKey publicKey() {
            return TestKeys.SIGNER.publicKey();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return algorithms;
        }

        @Override
        public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
            return hashesItself;
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            synchronized (this) {
                asked++;
            }
            Duration slow = slowUntilLeft;
            entered.countDown();
            try {
                gate.await();
                if (hangs || slow != null) {
                    long left = slow == null ? 0 : slow.toNanos();
                    new CountDownLatch(1).await(deadline.remainingNanos() - left, TimeUnit.NANOSECONDS);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (failure != null) {
                throw failure;
            }
            if (hangs || !works || failsWithoutTime && deadline.hasPassed()) {
                throw SigningUnavailableException.passing(name + " is away.", Duration.ofSeconds(2), null);
            }
            return TestKeys.SIGNER.sign(algorithm, digest, deadline);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
