package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What the hand-over to a thread of the module costs: signatures a second with SoftHSM and two threads, and the heap that the calling
 * thread takes for one. The ways alternate, so that both meet the same machine; printed are the medians of the rounds, with the least
 * and the most. Not part of the ordinary build, by its name:
 *
 * <pre>{@code
 * mvn -pl signer-pkcs11 -am test -Dtest=CallingThreadMeasurement -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class CallingThreadMeasurement {

    private static final int THREADS = 2;
    private static final int ROUNDS = 7;
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final List<CallingThread> WAYS = List.of(CallingThread.CALLER, CallingThread.MODULE);
    private static final ThreadMXBean HEAP = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private record Result(double perSecond, double heapOfOne) {}

    @Test
    void callersThreadAgainstHandOver() throws Exception {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestPki.rsaKeyPair(2048), "RSA-2048", "01");
        token.importKey(TestPki.keyPair("EC", 256), "P-256", "02");
        compare(token, "RSA-2048", SignatureAlgorithm.RSA_PKCS1_SHA256);
        compare(token, "P-256", SignatureAlgorithm.ECDSA_SHA256);
    }

    private static void compare(SoftHsm.Token softToken, String label, SignatureAlgorithm algorithm) throws Exception {
        Map<CallingThread, Pkcs11Token> tokens = new EnumMap<>(CallingThread.class);
        Map<CallingThread, List<Result>> results = new EnumMap<>(CallingThread.class);
        try {
            for (CallingThread way : WAYS) {
                Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .callingThread(way)
                        .build();
                tokens.put(way, Pkcs11Token.open(config));
                results.put(way, new ArrayList<>());
            }
            // The first round warms up and does not count.
            for (int round = 0; round <= ROUNDS; round++) {
                for (CallingThread way : WAYS) {
                    Result result = round(tokens.get(way).signer(KeySelector.byLabel(label)), algorithm);
                    if (round > 0) {
                        results.get(way).add(result);
                    }
                }
            }
        } finally {
            tokens.values().forEach(Pkcs11Token::close);
        }
        for (CallingThread way : WAYS) {
            List<Double> rates =
                    results.get(way).stream().map(Result::perSecond).sorted().toList();
            List<Double> heap =
                    results.get(way).stream().map(Result::heapOfOne).sorted().toList();
            System.out.println(String.format(
                    Locale.ROOT,
                    "%s %s: %,.0f signatures a second (%,.0f to %,.0f), %.2f KB of heap on the calling thread for one",
                    label,
                    way,
                    rates.get(ROUNDS / 2),
                    rates.get(0),
                    rates.get(ROUNDS - 1),
                    heap.get(ROUNDS / 2) / 1024));
        }
        assertThat(results.values()).allSatisfy(all -> assertThat(all).hasSize(ROUNDS));
    }

    private static Result round(Pkcs11Signer signer, SignatureAlgorithm algorithm) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long start = System.nanoTime();
            List<Future<long[]>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> sign(signer, algorithm, start + ROUND.toNanos())));
            }
            List<long[]> ended = new ArrayList<>();
            for (Future<long[]> each : running) {
                ended.add(each.get());
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long signatures = ended.stream().collect(Collectors.summingLong(e -> e[0]));
            long octets = ended.stream().collect(Collectors.summingLong(e -> e[1]));
            return new Result(signatures / seconds, (double) octets / signatures);
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many signatures, and how many octets of heap they took on this thread. */
    private static long[] sign(Pkcs11Signer signer, SignatureAlgorithm algorithm, long end) {
        Digest digest = Digest.compute(algorithm.digestAlgorithm(), new byte[] {1});
        long heap = HEAP.getCurrentThreadAllocatedBytes();
        long signatures = 0;
        while (System.nanoTime() < end) {
            signer.sign(algorithm, digest, Deadline.after(Duration.ofSeconds(10)));
            signatures++;
        }
        return new long[] {signatures, HEAP.getCurrentThreadAllocatedBytes() - heap};
    }
}
