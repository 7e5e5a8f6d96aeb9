package io.github.hsmsigner.benchmarks.micro;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A key in SoftHSM through {@code Pkcs11Signer}; {@code scripts/bench} makes the token. Run it with {@code -t} for the number of threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Pkcs11SignerBenchmark {

    /** The key. */
    @Param
    public KeyKind kind;

    /** The PKCS#11 module. */
    @Param("")
    public String module;

    /** The file with the PIN. */
    @Param("")
    public String pinFile;

    private final Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
    private Pkcs11Token token;
    private Signer signer;

    /** A new benchmark. */
    public Pkcs11SignerBenchmark() {}

    /** Opens the token. */
    @Setup
    public void open() {
        token = Pkcs11Token.open(Pkcs11Config.builder(Path.of(module))
                .pin(PinSource.file(Path.of(pinFile)))
                .tokenLabel(SoftToken.LABEL)
                .build());
        signer = token.signer(KeySelector.byLabel(kind.label()));
    }

    /** Closes it. */
    @TearDown
    public void close() {
        token.close();
    }

    /**
     * Signs.
     *
     * @return the signature
     */
    @Benchmark
    public byte[] sign() {
        return signer.sign(kind.algorithm(), digest, Deadline.after(Duration.ofSeconds(30)));
    }
}
