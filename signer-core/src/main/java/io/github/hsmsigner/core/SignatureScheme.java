package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * A signature scheme with its parameters, apart from the digest algorithms that it is used with. A new scheme is a subclass.
 *
 * <p>Implementations are immutable and thread-safe. Two schemes do not have the same name.
 */
public abstract class SignatureScheme {

    /** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2). */
    public static final SignatureScheme RSA_PKCS1 = new RsaPkcs1Scheme();
    /**
     * RSASSA-PSS (RFC 8017, section 8.1), with the digest algorithm of the message for MGF1 too, and a salt as long as
     * the digest.
     */
    public static final SignatureScheme RSA_PSS = new RsaPssScheme();
    /** ECDSA (FIPS 186-5, section 6) on P-256, P-384 or P-521. */
    public static final SignatureScheme ECDSA = new EcdsaScheme();
    /** Ed25519 (RFC 8032, section 5.1). */
    public static final SignatureScheme ED25519 = new Ed25519Scheme();

    private final String name;
    private final String keyType;
    private final boolean signsWholeMessage;
    private final List<DigestAlgorithm> digestAlgorithms;
    private final Map<DigestAlgorithm, SignatureAlgorithm> algorithms = new ConcurrentHashMap<>();

    /**
     * Makes a scheme.
     *
     * @param name the name in messages and logs, in upper case with underscores
     * @param keyType the type of its keys, as {@link java.security.Key#getAlgorithm()} names it
     * @param signsWholeMessage whether the signer must see the message itself, because its digest is not enough
     * @param digestAlgorithms the digest algorithms that it is used with. A scheme that signs whole messages has one, for the
     *     other values of a container
     */
    protected SignatureScheme(
            String name, String keyType, boolean signsWholeMessage, DigestAlgorithm... digestAlgorithms) {
        this.name = name;
        this.keyType = keyType;
        this.signsWholeMessage = signsWholeMessage;
        this.digestAlgorithms = List.of(digestAlgorithms);
    }

    /** Verifies signatures of one scheme. May keep what it computes from a key. Thread-safe. */
    @FunctionalInterface
    public interface Verifier {

        /**
         * Verifies a signature.
         *
         * @param key the public key
         * @param digestAlgorithm the digest algorithm
         * @param input the digest of the message, or the message itself if the scheme signs whole messages
         * @param signature the bytes of the signature, as {@link Signer#sign} returns them
         * @return whether the signature is valid
         */
        boolean verify(PublicKey key, DigestAlgorithm digestAlgorithm, byte[] input, byte[] signature);
    }

    /**
     * Requires a key that is strong enough. By default, an RSA key of 2048 to 8192 bits or a key on P-256, P-384, P-521
     * or Ed25519.
     *
     * @param key the public half of the key
     * @throws InvalidConfigurationException if the key is too weak or of a type that is not supported
     */
    public void requireUsable(PublicKey key) {
        KeyRequirements.check(key);
    }

    /**
     * Returns the identifier of the signature algorithm in CMS.
     *
     * @param digestAlgorithm the digest algorithm
     * @return the identifier
     */
    public abstract AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm);

    /**
     * Returns the identifier of the signature algorithm in certificates and certification requests.
     *
     * @param digestAlgorithm the digest algorithm
     * @return the identifier; by default that of CMS
     */
    public AlgorithmIdentifier x509Identifier(DigestAlgorithm digestAlgorithm) {
        return cmsIdentifier(digestAlgorithm);
    }

    /**
     * Returns the maximum length of a signature, as {@link Signer#sign} returns it.
     *
     * @param key the public key
     * @return the length in bytes
     */
    public abstract int maxSignatureLength(PublicKey key);

    /** {@return a new verifier} */
    public abstract Verifier verifier();

    /** Returns the algorithm with one of the digest algorithms of this scheme. */
    final SignatureAlgorithm with(DigestAlgorithm digestAlgorithm) {
        return algorithms.computeIfAbsent(
                digestAlgorithm,
                digest -> new SignatureAlgorithm(
                        this, digest, digestAlgorithms.size() == 1 ? name : name + "_" + digest.name()));
    }

    /** Returns the algorithm with a digest algorithm; empty if this scheme is not used with it. */
    final Optional<SignatureAlgorithm> find(DigestAlgorithm digestAlgorithm) {
        return digestAlgorithms.contains(digestAlgorithm) ? Optional.of(with(digestAlgorithm)) : Optional.empty();
    }

    /** {@return the algorithms of this scheme} */
    public final List<SignatureAlgorithm> algorithms() {
        return digestAlgorithms.stream().map(this::with).toList();
    }

    /** {@return the name in messages and logs} */
    public final String name() {
        return name;
    }

    /** {@return the type of key that this scheme needs, as {@link java.security.Key#getAlgorithm()} names it} */
    public final String keyType() {
        return keyType;
    }

    /** {@return whether the signer must see the message itself, because its digest is not enough} */
    public final boolean signsWholeMessage() {
        return signsWholeMessage;
    }

    @Override
    public final String toString() {
        return name;
    }

    /** Verifies with the Java runtime. */
    static boolean verifyWithJca(String algorithm, PublicKey key, byte[] input, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(input);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            // The key was proven at its setup, so this is no fault of the request.
            throw new IllegalStateException("The public key that was proven at startup cannot verify any more", e);
        }
    }
}
