package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;

/** {@code Pkcs11Signer} in this process, in turn with the bare loop with as many threads, and with each signature verified. */
final class SignerScenario {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);
    private static final byte[] MESSAGE = {1};

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
                rate(signer, kind, Bench.CORES, 2 * bench.seconds(), true);
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
