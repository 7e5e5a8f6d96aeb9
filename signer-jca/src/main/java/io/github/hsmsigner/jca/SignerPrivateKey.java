package io.github.hsmsigner.jca;

import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A private key that stays where it is. Its subclasses show the public parameters, because the TLS of the Java runtime
 * chooses algorithms by them. Thread-safe.
 */
class SignerPrivateKey implements PrivateKey {

    private static final long serialVersionUID = 1L;

    private final transient SigningKey key;
    private final transient Duration timeout;
    private final transient Map<SignatureScheme, SignatureScheme.Verifier> verifiers = new ConcurrentHashMap<>();

    private SignerPrivateKey(SigningKey key, Duration timeout) {
        this.key = key;
        this.timeout = timeout;
    }

    static Map<String, SignerPrivateKey> byName(Collection<SigningKey> keys, Duration timeout) {
        Map<String, SignerPrivateKey> byName = new LinkedHashMap<>();
        for (SigningKey key : keys) {
            if (byName.put(key.name(), of(key, timeout)) != null) {
                throw new InvalidConfigurationException("Two keys have the name \"" + key.name() + "\".");
            }
        }
        return Collections.unmodifiableMap(byName);
    }

    private static SignerPrivateKey of(SigningKey key, Duration timeout) {
        PublicKey publicKey = key.chain().signer().getPublicKey();
        if (publicKey instanceof RSAPublicKey rsa) {
            return new Rsa(key, timeout, rsa);
        }
        if (publicKey instanceof ECPublicKey ec) {
            return new Ec(key, timeout, ec);
        }
        return publicKey instanceof EdECPublicKey ed ? new EdEc(key, timeout, ed) : new SignerPrivateKey(key, timeout);
    }

    SigningKey signingKey() {
        return key;
    }

    Signer signer() {
        return key.signer();
    }

    Duration timeout() {
        return timeout;
    }

    SignatureScheme.Verifier verifier(SignatureScheme scheme) {
        return verifiers.computeIfAbsent(scheme, SignatureScheme::verifier);
    }

    /** {@link java.security.KeyStore.PrivateKeyEntry} requires the name that the certificate's key has. */
    @Override
    public final String getAlgorithm() {
        return key.chain().signer().getPublicKey().getAlgorithm();
    }

    /** The key has no encoding. */
    @Override
    public final @Nullable String getFormat() {
        return null;
    }

    /** The key has no encoding. */
    @Override
    public final byte @Nullable [] getEncoded() {
        return null;
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("The private key \"" + key.name() + "\" cannot leave this process");
    }

    @Override
    public final String toString() {
        return "SignerPrivateKey[" + key.name() + ", " + getAlgorithm() + "]";
    }

    /** An RSA key. */
    private static final class Rsa extends SignerPrivateKey implements RSAKey {

        private static final long serialVersionUID = 1L;

        private final transient RSAPublicKey publicKey;

        Rsa(SigningKey key, Duration timeout, RSAPublicKey publicKey) {
            super(key, timeout);
            this.publicKey = publicKey;
        }

        @Override
        public BigInteger getModulus() {
            return publicKey.getModulus();
        }

        /** From JDK 22, two interfaces have a default method of this name, so a class that lacks it fails there. */
        @Override
        public @Nullable AlgorithmParameterSpec getParams() {
            return publicKey.getParams();
        }
    }

    /** A key on a curve of FIPS 186. */
    private static final class Ec extends SignerPrivateKey implements ECKey {

        private static final long serialVersionUID = 1L;

        private final transient ECPublicKey publicKey;

        Ec(SigningKey key, Duration timeout, ECPublicKey publicKey) {
            super(key, timeout);
            this.publicKey = publicKey;
        }

        @Override
        public ECParameterSpec getParams() {
            return publicKey.getParams();
        }
    }

    /** An Ed25519 key. {@link EdECPrivateKey} provides for keys that cannot be extracted. */
    private static final class EdEc extends SignerPrivateKey implements EdECPrivateKey {

        private static final long serialVersionUID = 1L;

        private final transient EdECPublicKey publicKey;

        EdEc(SigningKey key, Duration timeout, EdECPublicKey publicKey) {
            super(key, timeout);
            this.publicKey = publicKey;
        }

        @Override
        public NamedParameterSpec getParams() {
            return publicKey.getParams();
        }

        @Override
        public Optional<byte[]> getBytes() {
            return Optional.empty();
        }
    }
}
