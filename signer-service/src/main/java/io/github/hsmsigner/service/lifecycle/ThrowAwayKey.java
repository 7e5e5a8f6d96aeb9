package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.x509.SignerContentSigner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * A key that signs for the {@link WarmUp} alone and is never stored. It remembers its signatures, because a signature in
 * software costs more than the rest of a request. Thread-safe.
 *
 * <p>There are three classes that do the same. The compiler would otherwise specialise the code that calls a signer for
 * this class, and begin again at the first signature of a key of the service.
 */
class ThrowAwayKey implements Signer {

    private static final int CLASSES = 3;
    private static final int RSA_BITS = 2048;
    private static final int REMEMBERED = 64;
    private static final Duration VALIDITY = Duration.ofHours(1);
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private final Signer signer;
    private final ConcurrentMap<Digest, byte[]> signatures = new ConcurrentHashMap<>();

    private ThrowAwayKey(KeyPair pair) {
        signer = KeyStoreSigner.of(pair, List.of());
    }

    /** The second of the classes. */
    private static final class Second extends ThrowAwayKey {

        Second(KeyPair pair) {
            super(pair);
        }
    }

    /** The third of the classes. */
    private static final class Third extends ThrowAwayKey {

        Third(KeyPair pair) {
            super(pair);
        }
    }

    /**
     * Creates keys for each scheme and curve of the keys, with the name of one; RSA keys if there are no keys. Keys that
     * follow each other differ in scheme or curve.
     */
    static List<SigningKey> like(Collection<SigningKey> keys) {
        List<List<SigningKey>> kinds =
                keys.isEmpty() ? List.of(create("warm-up", SignatureScheme.RSA_PKCS1, Optional.empty())) : kinds(keys);
        return IntStream.range(0, CLASSES)
                .boxed()
                .flatMap(i -> kinds.stream().map(kind -> kind.get(i)))
                .toList();
    }

    private static List<List<SigningKey>> kinds(Collection<SigningKey> keys) {
        Map<String, List<SigningKey>> byKind = new LinkedHashMap<>();
        for (SigningKey key : keys) {
            SignatureScheme scheme = key.algorithm(
                            key.signer().algorithms().iterator().next().digestAlgorithm())
                    .scheme();
            Optional<ECParameterSpec> curve =
                    key.signer().publicKey() instanceof ECPublicKey ec ? Optional.of(ec.getParams()) : Optional.empty();
            byKind.computeIfAbsent(
                    scheme.name()
                            + curve.map(ECParameterSpec::getOrder)
                                    .map(Object::toString)
                                    .orElse(""),
                    kind -> create(key.name(), scheme, curve));
        }
        return List.copyOf(byKind.values());
    }

    private static List<SigningKey> create(String name, SignatureScheme scheme, Optional<ECParameterSpec> curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(scheme.keyType());
            if (curve.isPresent()) {
                generator.initialize(curve.get());
            } else if (scheme != SignatureScheme.ED25519) {
                generator.initialize(RSA_BITS);
            }
            KeyPair pair = generator.generateKeyPair();
            SignatureAlgorithm algorithm =
                    SignatureAlgorithm.of(scheme, DigestAlgorithm.SHA512).orElseThrow();
            ThrowAwayKey first = new ThrowAwayKey(pair);
            CertificateChain chain = CertificateChain.of(first.certificate(algorithm), List.of());
            return Stream.of(first, new Second(pair), new Third(pair))
                    .map(key -> SigningKey.open(name, key, scheme, publicKey -> chain, Deadline.after(TIME_LIMIT)))
                    .toList();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("The throw-away key could not be created.", e);
        }
    }

    private X509Certificate certificate(SignatureAlgorithm algorithm) throws GeneralSecurityException, IOException {
        X500Name name = new X500Name("CN=Warm-up");
        Instant now = Instant.now();
        byte[] certificate = new X509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(VALIDITY)),
                        Date.from(now.plus(VALIDITY)),
                        name,
                        SubjectPublicKeyInfo.getInstance(publicKey().getEncoded()))
                .build(SignerContentSigner.of(this, algorithm, TIME_LIMIT))
                .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    @Override
    public PublicKey publicKey() {
        return signer.publicKey();
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return signer.algorithms();
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        if (signatures.size() > REMEMBERED) {
            signatures.clear();
        }
        return signatures.computeIfAbsent(digest, key -> signer.sign(algorithm, key, deadline));
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        return signer.signMessage(algorithm, message, deadline);
    }
}
