package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import java.lang.reflect.Proxy;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The queue as requests meet it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueuedSigningTest {

    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, new byte[3]);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HangingSigner signer = new HangingSigner();
    private final List<String> measured = new CopyOnWriteArrayList<>();
    private final List<AuditEvent> recorded = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        signer.goOn.countDown();
        threads.shutdownNow();
    }

    private SigningService.Builder builder() {
        return SigningService.builder(
                        SigningKeys.of(List.of(
                                SigningKey.open("a", signer, TestKeys.SIGNER, TestKeys.soon()), TestKeys.key("b"))),
                        new CmsContainerBuilder())
                .audit(recorded::add)
                .metrics(new SignerMetrics() {
                    @Override
                    public void signatureQueued(String keyName, Duration waited) {
                        measured.add("queued " + keyName);
                    }

                    @Override
                    public void signatureRefused(String keyName) {
                        measured.add("refused " + keyName);
                    }

                    @Override
                    public void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {
                        measured.add("made " + keyName);
                    }
                });
    }

    private static RequestContext request(String key) {
        return RequestContext.builder("request").keyName(key).build();
    }

    private Future<byte[]> hanging(SigningService service) throws InterruptedException {
        signer.hang = true;
        Future<byte[]> signature = threads.submit(() -> service.signRaw(request("a"), DIGEST));
        signer.hangs.await();
        return signature;
    }

    @Test
    void eachSignatureGoesThroughTheQueueAndLeavesIt() {
        SigningQueue queue = SigningQueue.of(1, 0, LONG);
        SigningService service = builder().queue("a", queue).build();
        for (int i = 0; i < 3; i++) {
            service.signRaw(request("a"), DIGEST);
            service.signContainer(request("a"), ContainerRequest.forDigest(ContainerFormat.CMS, DIGEST));
        }
        service.signRaw(request("b"), DIGEST);
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 0, 0, 0, 0));
        assertThat(measured)
                .hasSize(13)
                .startsWith("queued a", "made a", "queued a", "made a")
                .endsWith("made a", "made b");
        assertThat(recorded).allSatisfy(event -> {
            assertThat(event.signing()).isPositive();
            assertThat(event.queued().plus(event.signing())).isLessThanOrEqualTo(event.duration());
        });
        assertThat(recorded.get(0).queued()).isPositive();
        assertThat(recorded.get(6).queued()).isZero();
    }

    @Test
    void whileSignersHangTheOtherKeysOfTheTokenAreRefusedAndCertificatesAnswered() throws Exception {
        SigningQueue queue = SigningQueue.of(1, 0, LONG);
        SigningService service = builder().queue("a", queue).queue("b", queue).build();
        Future<byte[]> hanging = hanging(service);

        assertThatThrownBy(() -> service.signRaw(request("b"), DIGEST))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessage("No further signature may wait: 1 signatures are under way and 0 wait.");
        assertThat(measured).containsExactly("queued a", "refused b");
        assertThat(recorded).singleElement().satisfies(event -> {
            assertThat(event.error()).contains(ErrorCode.UNAVAILABLE);
            assertThat(event.queued()).isPositive();
            assertThat(event.signing()).isZero();
        });
        assertThat(service.certificates(request("a"))).isEqualTo(TestKeys.chain());
        assertThat(service.maxContainerSize(request("b"), ContainerFormat.CMS, DigestAlgorithm.SHA256))
                .isPositive();
        assertThat(hanging).isNotDone();

        signer.goOn.countDown();
        assertThat(hanging.get()).isEqualTo(service.signRaw(request("b"), DIGEST));
        assertThat(queue.statistics().signing()).isZero();
    }

    @Test
    void oneThatWaitsIsServedWhenTheOneBeforeItIsDone() throws Exception {
        SigningQueue queue = SigningQueue.of(1, 1, LONG);
        SigningService service = builder().queue("a", queue).queue("b", queue).build();
        Future<byte[]> hanging = hanging(service);
        Future<byte[]> waiting = threads.submit(() -> service.signRaw(request("b"), DIGEST));
        Deadline limit = TestKeys.soon();
        while (queue.statistics().waiting() < 1) {
            assertThat(limit.hasPassed()).isFalse();
            LockSupport.parkNanos(1_000_000);
        }
        signer.goOn.countDown();
        assertThat(waiting.get()).isEqualTo(hanging.get());
        assertThat(measured).containsExactlyInAnyOrder("queued a", "made a", "queued b", "made b");
    }

    @Test
    void aSignerThatFailsGivesItsPlaceBack() {
        SigningQueue queue = SigningQueue.of(1, 0, LONG);
        SigningService service = builder().queue("a", queue).build();
        signer.failure = SigningUnavailableException.lasting("The token is away.", null);
        assertThatThrownBy(() -> service.signRaw(request("a"), DIGEST)).isSameAs(signer.failure);
        signer.failure = new IllegalStateException("a fault");
        assertThatThrownBy(() -> service.signRaw(request("a"), DIGEST)).isInstanceOf(InternalSigningException.class);
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 0, 0, 0, 0));
        assertThat(measured).containsExactly("queued a", "queued a");
        assertThat(recorded)
                .extracting(AuditEvent::signing)
                .allSatisfy(time -> assertThat(time).isPositive());
    }

    @Test
    void aQueueForAKeyThatDoesNotExistIsAMistake() {
        SigningService.Builder builder = builder().queue("c", SigningQueue.of(1, 0, LONG));
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("There is a queue for a key \"c\", and no key of that name.");
    }

    @Test
    void theTransportIsToldWhatWasRecordedBeforeTheAnswer() {
        SigningService service =
                builder().policy(attempt -> PolicyDecision.allow("accounting")).build();
        List<AuditEvent> told = new CopyOnWriteArrayList<>();
        RequestContext context = RequestContext.builder("request")
                .keyName("a")
                .whenEnded(event -> {
                    assertThat(recorded).contains(event);
                    told.add(event);
                })
                .build();
        service.signAll(context, List.of(DIGEST, DIGEST));
        assertThat(told).containsExactlyInAnyOrderElementsOf(recorded).hasSize(2);
        assertThat(told.get(0).callers()).contains("accounting");
        assertThat(told.get(0).keyName()).contains("a");
    }

    @Test
    void theTransportIsToldThatARequestCouldNotBeRecorded() {
        SigningService service = builder()
                .audit(event -> {
                    throw new IllegalStateException("disk full");
                })
                .build();
        List<AuditEvent> told = new ArrayList<>();
        RequestContext context = RequestContext.builder("request")
                .keyName("a")
                .whenEnded(told::add)
                .build();
        assertThatThrownBy(() -> service.signRaw(context, DIGEST)).isInstanceOf(InternalSigningException.class);
        assertThat(told).extracting(event -> event.error().orElseThrow()).containsExactly(ErrorCode.INTERNAL);
    }

    @Test
    void aTransportThatCannotListenLosesNoSignature() {
        RequestContext context = RequestContext.builder("request-9")
                .keyName("a")
                .whenEnded(event -> {
                    throw new IllegalStateException("a fault of the transport");
                })
                .build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(builder().build().signRaw(context, DIGEST)).hasSize(256);
            assertThat(log.text()).contains("Request request-9: ").contains("a fault of the transport");
        }
    }

    private static final List<Digest> MANY = IntStream.range(0, 200)
            .mapToObj(i -> Digest.compute(DigestAlgorithm.SHA256, new byte[] {(byte) i}))
            .toList();

    /** With no queue, with a queue of one and a queue that is busy: the order of the results is that of the digests. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void aBatchIsSignedInParallelWithinTheQueue(int permits) {
        SigningService.Builder builder = builder();
        SigningQueue queue = SigningQueue.of(Math.max(1, permits), 0, LONG);
        SigningService service =
                permits == 0 ? builder.build() : builder.queue("a", queue).build();
        signer.together = new CyclicBarrier(Math.max(1, Math.min(permits, 4)));
        if (permits == 0) {
            signer.together = new CyclicBarrier(8);
        }
        List<SignatureResult> results = service.signAll(request("a"), MANY);
        assertThat(results).hasSize(MANY.size());
        for (int i = 0; i < MANY.size(); i++) {
            assertThat(results.get(i).signature())
                    .isEqualTo(TestKeys.SIGNER.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, MANY.get(i), TestKeys.soon()));
        }
        assertThat(signer.most.get()).isBetween(1, permits == 0 ? 16 : permits);
        assertThat(queue.statistics().refused()).isZero();
        assertThat(recorded).hasSize(MANY.size());
    }

    @Test
    void theFirstOutageCancelsTheRestOfABatch() {
        SigningService service = builder().build();
        signer.failure = SigningUnavailableException.lasting("The token is away.", null);
        List<SignatureResult> results = service.signAll(request("a"), MANY);
        assertThat(results)
                .hasSize(MANY.size())
                .allSatisfy(result -> assertThat(result.error()).contains((SigningException) signer.failure));
        assertThat(recorded.size()).isBetween(1, 16);
        assertThat(service.signAll(request("a"), List.of())).isEmpty();
    }

    /** Each method of the metrics throws, in turn with an exception and an error. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void metricsThatThrowCostNeitherASignatureNorAQueueEntry(boolean error) {
        AtomicInteger calls = new AtomicInteger();
        SignerMetrics broken = (SignerMetrics) Proxy.newProxyInstance(
                SignerMetrics.class.getClassLoader(),
                new Class<?>[] {SignerMetrics.class},
                (proxy, method, arguments) -> {
                    calls.incrementAndGet();
                    throw error ? new AssertionError("broken metrics") : new IllegalStateException("broken metrics");
                });
        SigningQueue queue = SigningQueue.of(1, 0, LONG);
        SigningService service = builder()
                .metrics(broken)
                .queue("a", queue)
                .rawData(RawDataRule.WARN)
                .build();
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 3; i++) {
                assertThat(service.signRaw(request("a"), DIGEST)).hasSize(256);
            }
            assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 0, 0, 0, 0));
            assertThat(recorded)
                    .hasSize(3)
                    .allSatisfy(event -> assertThat(event.error()).isEmpty());
            queue.enter(TestKeys.soon());
            assertThatThrownBy(() -> service.signRaw(request("a"), DIGEST))
                    .isInstanceOfSatisfying(
                            SigningUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(SigningUnavailableException.Reason.BUSY));
            queue.leave();
            assertThat(calls).hasValue(15);
            assertThat(log.text()).containsOnlyOnce("The metrics threw an exception");
        }
    }

    /** Signs as it should until it is told to hang or to fail. */
    private static final class HangingSigner implements Signer {

        private final CountDownLatch hangs = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private volatile CyclicBarrier together;
        private volatile boolean hang;
        private volatile RuntimeException failure;

        @Override
        public PublicKey publicKey() {
            return TestKeys.SIGNER.publicKey();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return TestKeys.SIGNER.algorithms();
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            if (failure != null) {
                throw failure;
            }
            if (hang) {
                hangs.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
                meet();
                return TestKeys.SIGNER.sign(algorithm, digest, deadline);
            } finally {
                inside.decrementAndGet();
            }
        }

        /** Waits until so many threads sign at the same time; 200 signatures are a multiple of each number here. */
        private void meet() {
            CyclicBarrier barrier = together;
            if (barrier != null) {
                try {
                    barrier.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
