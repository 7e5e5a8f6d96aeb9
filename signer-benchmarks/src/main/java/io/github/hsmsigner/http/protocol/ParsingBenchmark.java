package io.github.hsmsigner.http.protocol;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Reading a body with 1 MiB of contents, compared with the minimum of work for it. A rate is in MiB of contents per
 * second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ParsingBenchmark {

    private static final int CONTENTS = 1 << 20;

    private final CallbackRequestReader reader =
            new CallbackRequestReader(CallbackLimits.defaults().json());
    private byte[] contents;
    private byte[] base64;
    private byte[] algorithmFirst;
    private byte[] contentsFirst;

    /** A new benchmark. */
    public ParsingBenchmark() {}

    /** Makes the bodies. */
    @Setup
    public void makeBodies() {
        contents = new byte[CONTENTS];
        new Random(1).nextBytes(contents);
        base64 = Base64.getEncoder().encode(contents);
        String text = new String(base64, StandardCharsets.US_ASCII);
        algorithmFirst = ("{\"action\":\"sign_pkcs7\",\"hash_algorithm\":\"sha512\",\"encoded_contents\":\"" + text
                        + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
        contentsFirst = ("{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"" + text
                        + "\",\"hash_algorithm\":\"sha512\"}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private CallbackRequest read(byte[] body) throws IOException {
        return reader.read(new ByteArrayInputStream(body), new MemoryBudget(Long.MAX_VALUE).newShare(), false);
    }

    /**
     * Parses a body with the hash algorithm before the contents.
     *
     * @return the request
     * @throws IOException never
     */
    @Benchmark
    public Object algorithmFirst() throws IOException {
        return read(algorithmFirst);
    }

    /**
     * Parses a body with the hash algorithm after the contents, so that three digests must be computed.
     *
     * @return the request
     * @throws IOException never
     */
    @Benchmark
    public Object contentsFirst() throws IOException {
        return read(contentsFirst);
    }

    /**
     * SHA-512 of the contents.
     *
     * @return the digest
     * @throws GeneralSecurityException never
     */
    @Benchmark
    public byte[] sha512Alone() throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-512").digest(contents);
    }

    /**
     * Base64 decoding alone, as the JDK does it.
     *
     * @return the contents
     */
    @Benchmark
    public byte[] base64Alone() {
        return Base64.getDecoder().decode(base64);
    }
}
