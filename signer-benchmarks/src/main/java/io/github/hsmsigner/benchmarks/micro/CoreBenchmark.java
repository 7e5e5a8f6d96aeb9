package io.github.hsmsigner.benchmarks.micro;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.operator.OperatorCreationException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The work of the core for a signature, except the signature itself. Times are per call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CoreBenchmark {

    private static final int CRL_ENTRIES = 2700;
    private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

    /** The name of the algorithm of the key. */
    @Param({"RSA_PKCS1_SHA256", "ECDSA_SHA256"})
    public String algorithm;

    private final CmsContainerBuilder builder = new CmsContainerBuilder();
    private CmsContainerBuilder withCrl;
    private final Deadline deadline = Deadline.after(Duration.ofDays(1));
    private final Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
    private SignatureAlgorithm signatureAlgorithm;
    private SoftwareKey key;
    private ContainerParameters parameters;
    private byte[] signature;
    private byte[] rawEcdsa;

    /** A new benchmark. */
    public CoreBenchmark() {}

    /**
     * Makes a key.
     *
     * @throws GeneralSecurityException never, with the algorithms of the JDK
     * @throws OperatorCreationException never either
     * @throws IOException never either
     */
    @Setup
    public void makeKey() throws GeneralSecurityException, OperatorCreationException, IOException {
        signatureAlgorithm = SignatureAlgorithm.valueOf(algorithm);
        key = SoftwareKey.make(signatureAlgorithm);
        parameters = new ContainerParameters(ContainerFormat.CMS, signatureAlgorithm, key.chain(), Instant.now());
        signature = key.sign(MESSAGE);
        RevocationInfo info = new RevocationInfo(List.of(), List.of(SoftwareKey.crl(CRL_ENTRIES)));
        withCrl = CmsContainerBuilder.builder()
                .revocationInfo((chain, until) -> info)
                .build();
        SoftwareKey elliptic = SoftwareKey.make(SignatureAlgorithm.ECDSA_SHA256);
        rawEcdsa = EcdsaSignature.ofDer(elliptic.sign(MESSAGE)).toRaw(32);
    }

    /**
     * Returns the signed attributes of a container, in DER.
     *
     * @return what is to be signed
     */
    @Benchmark
    public byte[] signedAttributes() {
        return builder.prepare(parameters, digest, deadline).dataToBeSigned();
    }

    /**
     * Makes a whole container, except the signature itself.
     *
     * @return the container
     */
    @Benchmark
    public byte[] container() {
        return builder.prepare(parameters, digest, deadline)
                .complete(signature, deadline)
                .octets();
    }

    /**
     * Makes a container with a CRL of 100 KB.
     *
     * @return the container
     */
    @Benchmark
    public byte[] containerWithCrl() {
        return withCrl.prepare(parameters, digest, deadline)
                .complete(signature, deadline)
                .octets();
    }

    /**
     * Returns the structure that RSASSA-PKCS1-v1_5 signs.
     *
     * @return a DigestInfo
     */
    @Benchmark
    public byte[] digestInfo() {
        return digest.toDigestInfo();
    }

    /**
     * Converts an ECDSA signature from the form of tokens to that of X.509.
     *
     * @return the signature in DER
     */
    @Benchmark
    public byte[] ecdsaConversion() {
        return EcdsaSignature.ofRaw(rawEcdsa).toDer();
    }

    /**
     * Verifies a signature as the service does before it returns it.
     *
     * @return true
     */
    @Benchmark
    public boolean verifyAfterSign() {
        return signatureAlgorithm.verify(key.pair().getPublic(), MESSAGE, signature);
    }
}
