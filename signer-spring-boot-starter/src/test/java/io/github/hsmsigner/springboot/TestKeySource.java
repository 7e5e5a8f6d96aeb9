package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A scheme of an integrator: {@code test:one}, {@code test:two}, and {@code test:off} and {@code test:slow} until released. */
final class TestKeySource implements KeySource {

    /** Replaced by each test that uses it. */
    static volatile CountDownLatch released = new CountDownLatch(1);

    static volatile boolean closed;

    private final Map<String, Signer> signers;

    private TestKeySource(Map<String, Signer> signers) {
        this.signers = signers;
    }

    @Override
    public Map<String, Signer> signers() {
        return signers;
    }

    @Override
    public CertificateProvider certificates() {
        return key -> CertificateChain.of(TestKey.PKI.certifySigner("Integrator", key), List.of());
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Signs in the JDK, and waits if it is asked to. */
    record JdkSigner(String name) implements Signer {

        @Override
        public PublicKey publicKey() {
            return TestKey.EC.getPublic();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return Set.of(SignatureAlgorithm.ECDSA_SHA256);
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(TestKey.EC.getPrivate());
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
            return true;
        }
    }

    /** Opens {@code test:} URIs. */
    public static final class Provider implements KeySource.Provider {

        @Override
        public String scheme() {
            return "test";
        }

        @Override
        public KeySource open(String uri, Deadline deadline) {
            switch (uri) {
                case "test:two" -> {
                    return new TestKeySource(Map.of("a", new JdkSigner("a"), "b", new JdkSigner("b")));
                }
                case "test:off" -> {
                    if (released.getCount() > 0) {
                        throw SigningUnavailableException.passing("The HSM is off.", Duration.ofSeconds(1), null);
                    }
                }
                case "test:slow" -> {
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        throw SigningUnavailableException.lasting("interrupted", e);
                    }
                }
                case "test:broken" -> throw new IllegalStateException("a fault of the provider");
                default -> {}
            }
            return new TestKeySource(Map.of("one", new JdkSigner("one")));
        }
    }
}
