package io.github.hsmsigner.benchmarks.load;

import com.sun.management.ThreadMXBean;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.lang.management.ManagementFactory;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** {@code Pkcs11Signer} in this process, in turn with the bare loop with as many threads, with each signature verified, and the heap it takes. */
final class SignerScenario {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);
    private static final byte[] MESSAGE = {1};
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** With rests, in which the virtual machine compiles. */
    private static final int WARM_UPS = 5;

    private static final double WARM_UP_SECONDS = 2;
    private static final long REST_NANOS = 1_000_000_000L;

    /** Of which the heap is counted. */
    private static final int SIGNATURES = 500;

    private final Bench bench;
    private final List<Integer> threadCounts;

    SignerScenario(Bench bench, List<Integer> threadCounts) {
        this.bench = bench;
        this.threadCounts = threadCounts;
    }

    void run() {
        Pkcs11Config config = Pkcs11Config.builder(bench.token().module())
                .pin(PinSource.file(bench.token().pinFile()))
                .tokenLabel(SoftToken.LABEL)
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            for (KeyKind kind : KeyKind.values()) {
                Signer signer = token.signer(KeySelector.byLabel(kind.label()));
                for (int i = 0; i < WARM_UPS; i++) {
                    rate(signer, kind, Bench.CORES, WARM_UP_SECONDS, true);
                    LockSupport.parkNanos(REST_NANOS);
                }
                heap(signer, kind);
                for (int threads : threadCounts) {
                    for (int round = 0; round < bench.rounds(); round++) {
                        round(signer, kind, threads);
                    }
                }
            }
        }
    }

    private void round(Signer signer, KeyKind kind, int threads) {
        double before = bench.limit(kind, threads);
        double bare = rate(signer, kind, threads, bench.seconds(), false);
        double after = bench.limit(kind, threads);
        double verified = rate(signer, kind, threads, bench.seconds(), true);
        double last = bench.limit(kind, threads);
        add(kind, threads, "per-s", bare);
        add(kind, threads, "ratio", 2 * bare / (before + after));
        add(kind, threads, "verified.ratio", 2 * verified / (after + last));
    }

    /** SoftHSM is called on the caller's thread, so what that allocates is all. */
    private void heap(Signer signer, KeyKind kind) {
        Digest digest = Digest.compute(kind.algorithm().digestAlgorithm(), MESSAGE);
        for (int round = 0; round < bench.rounds(); round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < SIGNATURES; i++) {
                signer.sign(kind.algorithm(), digest, Deadline.after(TIME_LIMIT));
            }
            double octets = THREADS.getCurrentThreadAllocatedBytes() - before;
            bench.results().add("heap.signer." + kind.label() + ".KiB", octets / SIGNATURES / 1024);
        }
    }

    private void add(KeyKind kind, int threads, String what, double value) {
        bench.results().add("signer.%s.%d.%s".formatted(kind.label(), threads, what), value);
        if (threads == Bench.CORES) {
            bench.results().add("signer.%s.cores.%s".formatted(kind.label(), what), value);
        }
    }

    private static double rate(Signer signer, KeyKind kind, int threads, double seconds, boolean verified) {
        Digest digest = Digest.compute(kind.algorithm().digestAlgorithm(), MESSAGE);
        PublicKey publicKey = signer.publicKey();
        return Workers.perSecond(threads, seconds, () -> () -> {
            byte[] signature = signer.sign(kind.algorithm(), digest, Deadline.after(TIME_LIMIT));
            if (verified && !kind.algorithm().verify(publicKey, MESSAGE, signature)) {
                throw new IllegalStateException("A signature does not verify");
            }
        });
    }
}
