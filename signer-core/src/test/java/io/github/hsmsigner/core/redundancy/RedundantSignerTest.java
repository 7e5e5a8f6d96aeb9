package io.github.hsmsigner.core.redundancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RedundantSignerTest {

    private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RSA_PKCS1_SHA256;
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final byte[] EXPECTED = TestKeys.SIGNER.sign(ALGORITHM, DIGEST, TestKeys.soon());

    private final AtomicLong now = new AtomicLong();
    private final Place first = new Place("first");
    private final Place second = new Place("second");
    private final RedundantSigner signer = signer(Order.PREFERRED_FIRST);

    private RedundantSigner signer(Order order) {
        return RedundantSigner.builder(List.of(first, second))
                .order(order)
                .pauses(PAUSE, PAUSE.multipliedBy(4))
                .nanoTime(now::get)
                .build();
    }

    private static byte[] sign(RedundantSigner signer) {
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
        assertThat(SigningKey.prove("key", signer, TestKeys.SIGNER, TestKeys.soon())
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
        RedundantSigner balanced = signer(Order.BALANCED);
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
        assertThatThrownBy(() -> RedundantSigner.builder(List.of(first, stranger)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("do not hold the same key");
        assertThatThrownBy(() -> RedundantSigner.builder(List.of())).isInstanceOf(InvalidConfigurationException.class);
        Place other = new Place("other");
        other.algorithms = Set.of(SignatureAlgorithm.RSA_PSS_SHA256);
        assertThatThrownBy(() -> RedundantSigner.builder(List.of(first, other)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no algorithm in common");
    }

    @Test
    void givesAllTheMessageWhenOneOfThemMustSeeIt() {
        assertThat(signer.signsWholeMessage(ALGORITHM)).isFalse();
        second.hashesItself = true;
        RedundantSigner mixed = signer(Order.PREFERRED_FIRST);
        assertThat(mixed.signsWholeMessage(ALGORITHM)).isTrue();
        first.works = false;
        assertThat(mixed.signMessage(ALGORITHM, new byte[] {1}, TestKeys.soon()))
                .isEqualTo(EXPECTED);
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
            entered.countDown();
            try {
                gate.await();
                if (hangs) {
                    new CountDownLatch(1).await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (hangs || !works) {
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
