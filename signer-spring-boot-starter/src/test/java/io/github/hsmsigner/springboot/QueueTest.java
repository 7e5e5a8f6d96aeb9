package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The limits of {@code signer.queue} while signers of the token do not return. */
@Timeout(60)
class QueueTest {

    private static final SoftHsm.Token TOKEN = SoftHsm.newToken();
    private static final Executor THREADS = work -> new Thread(work, "queue-test").start();
    private static final int PERMITS = 2;

    @TempDir
    private static Path directory;

    private final CountDownLatch release = new CountDownLatch(1);
    private volatile boolean blocking;

    @BeforeAll
    static void importKey() {
        TestKey.onToken(TOKEN, TestKey.EC, "contracts", "01");
    }

    @AfterEach
    void releaseSigners() {
        release.countDown();
    }

    /** One session and one signature that waits at the token make two permits, so one signature waits in the queue. */
    private ApplicationContextRunner withMaxWait(String maxWait) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SignerAutoConfiguration.class))
                .withPropertyValues(
                        "signer.keys.contracts.uri=" + TestKey.uri(TOKEN, "contracts", directory),
                        "signer.pkcs11.maximum-pool-size=1",
                        "signer.queue.max-waiting=2",
                        "signer.queue.max-wait=" + maxWait);
    }

    private static byte[] sign(SigningService service) {
        return service.sign(
                ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, new byte[] {1, 2, 3}));
    }

    private static SigningQueue queue(AssertableApplicationContext context) {
        return context.getBean(KeyConnections.class).queues().get("contracts");
    }

    /** Takes all permits of the queue with signatures that end when they are released. */
    private List<CompletableFuture<byte[]>> takeAllPermits(SigningQueue queue) {
        CertificateChain chain =
                CertificateChain.of(TestKey.PKI.certifySigner("Blocking", TestKey.EC.getPublic()), List.of());
        SigningKey key = SigningKey.open(
                "blocking", new BlockingSigner(), publicKey -> chain, Deadline.after(Duration.ofSeconds(10)));
        SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .queue("blocking", queue)
                .build();
        blocking = true;
        List<CompletableFuture<byte[]>> signatures = List.of(signInBackground(service), signInBackground(service));
        Await.until(
                Duration.ofSeconds(30),
                "no permit is free",
                () -> queue.statistics().signing() == PERMITS);
        return signatures;
    }

    private static CompletableFuture<byte[]> signInBackground(SigningService service) {
        return CompletableFuture.supplyAsync(() -> sign(service), THREADS);
    }

    private static byte[] result(CompletableFuture<byte[]> signature) throws Exception {
        return signature.get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"0s, 0", "1ms, 1", "30ms, 30"})
    void aSignatureThatWaitsLongerThanMaxWaitIsRefused(String maxWait, int millis) {
        withMaxWait(maxWait).run(context -> {
            SigningQueue queue = queue(context);
            List<CompletableFuture<byte[]>> signatures = takeAllPermits(queue);
            SigningUnavailableException refusal = catchThrowableOfType(
                    SigningUnavailableException.class, () -> sign(context.getBean(SigningService.class)));
            assertThat(refusal.reason()).isEqualTo(SigningUnavailableException.Reason.BUSY);
            assertThat(refusal)
                    .hasMessageStartingWith("No signature could begin within " + millis + " ms: " + PERMITS
                            + " signatures are under way");
            assertThat(queue.statistics().refused()).isEqualTo(1);
            release.countDown();
            for (CompletableFuture<byte[]> signature : signatures) {
                assertThat(result(signature)).isNotEmpty();
            }
            assertThat(sign(context.getBean(SigningService.class))).isNotEmpty();
        });
    }

    @Test
    void aSignatureWaitsForAPermitUntilMaxWait() {
        withMaxWait("1h").run(context -> {
            SigningQueue queue = queue(context);
            takeAllPermits(queue);
            CompletableFuture<byte[]> waiting = signInBackground(context.getBean(SigningService.class));
            Await.until(
                    Duration.ofSeconds(30), "it waits", () -> queue.statistics().waiting() == 1);
            release.countDown();
            assertThat(result(waiting)).isNotEmpty();
            assertThat(queue.statistics().refused()).isZero();
        });
    }

    /** Signs in the JDK. While it blocks, it waits to be released, like a call to an HSM that hangs. */
    private final class BlockingSigner implements Signer {

        private static final Signer JDK = new TestKeySource.JdkSigner("blocking");

        @Override
        public PublicKey publicKey() {
            return JDK.publicKey();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return JDK.algorithms();
        }

        @Override
        public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
            return JDK.signsWholeMessage(algorithm);
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
            try {
                if (blocking) {
                    release.await();
                }
            } catch (InterruptedException e) {
                throw SigningUnavailableException.lasting("interrupted", e);
            }
            return JDK.signMessage(algorithm, message, deadline);
        }
    }
}
