package io.github.hsmsigner.core;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.toCollection;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A signature scheme together with the digest algorithm that it is used with. Immutable.
 *
 * <p>There is one object for each algorithm.
 */
public final class SignatureAlgorithm implements Comparable<SignatureAlgorithm> {

    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    public static final SignatureAlgorithm RSA_PKCS1_SHA256 = SignatureScheme.RSA_PKCS1.with(DigestAlgorithm.SHA256);
    /** RSASSA-PKCS1-v1_5 with SHA-384. */
    public static final SignatureAlgorithm RSA_PKCS1_SHA384 = SignatureScheme.RSA_PKCS1.with(DigestAlgorithm.SHA384);
    /** RSASSA-PKCS1-v1_5 with SHA-512. */
    public static final SignatureAlgorithm RSA_PKCS1_SHA512 = SignatureScheme.RSA_PKCS1.with(DigestAlgorithm.SHA512);
    /** RSASSA-PSS with SHA-256. */
    public static final SignatureAlgorithm RSA_PSS_SHA256 = SignatureScheme.RSA_PSS.with(DigestAlgorithm.SHA256);
    /** RSASSA-PSS with SHA-384. */
    public static final SignatureAlgorithm RSA_PSS_SHA384 = SignatureScheme.RSA_PSS.with(DigestAlgorithm.SHA384);
    /** RSASSA-PSS with SHA-512. */
    public static final SignatureAlgorithm RSA_PSS_SHA512 = SignatureScheme.RSA_PSS.with(DigestAlgorithm.SHA512);
    /** ECDSA with SHA-256. */
    public static final SignatureAlgorithm ECDSA_SHA256 = SignatureScheme.ECDSA.with(DigestAlgorithm.SHA256);
    /** ECDSA with SHA-384. */
    public static final SignatureAlgorithm ECDSA_SHA384 = SignatureScheme.ECDSA.with(DigestAlgorithm.SHA384);
    /** ECDSA with SHA-512. */
    public static final SignatureAlgorithm ECDSA_SHA512 = SignatureScheme.ECDSA.with(DigestAlgorithm.SHA512);
    /** Ed25519. The content and the certificate are hashed with SHA-512 (RFC 8419, section 3). */
    public static final SignatureAlgorithm ED25519 = SignatureScheme.ED25519.with(DigestAlgorithm.SHA512);

    private final SignatureScheme scheme;
    private final DigestAlgorithm digestAlgorithm;
    private final String name;

    SignatureAlgorithm(SignatureScheme scheme, DigestAlgorithm digestAlgorithm, String name) {
        this.scheme = scheme;
        this.digestAlgorithm = digestAlgorithm;
        this.name = name;
    }

    /**
     * Finds the algorithm of a scheme with a digest algorithm.
     *
     * @param scheme the scheme
     * @param digestAlgorithm the digest algorithm
     * @return the algorithm; empty where the scheme is not used with that digest algorithm
     */
    public static Optional<SignatureAlgorithm> of(SignatureScheme scheme, DigestAlgorithm digestAlgorithm) {
        return scheme.find(digestAlgorithm);
    }

    /** {@return the algorithms of this class, defaults first} */
    public static SignatureAlgorithm[] values() {
        return Stream.of(
                        SignatureScheme.RSA_PKCS1,
                        SignatureScheme.RSA_PSS,
                        SignatureScheme.ECDSA,
                        SignatureScheme.ED25519)
                .flatMap(scheme -> scheme.algorithms().stream())
                .toArray(SignatureAlgorithm[]::new);
    }

    /**
     * Finds an algorithm of this class by name.
     *
     * @param name the name, such as {@code RSA_PSS_SHA256}
     * @return the algorithm
     * @throws IllegalArgumentException if there is none of that name
     */
    public static SignatureAlgorithm valueOf(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "The signature algorithm is none of " + Arrays.toString(values()) + "."));
    }

    /**
     * Returns all algorithms of this class that keys of a type can be used with.
     *
     * @param keyType the type, as {@link java.security.Key#getAlgorithm()} names it
     * @return the algorithms, defaults first; unmodifiable, and empty for keys that are not supported
     */
    public static Set<SignatureAlgorithm> forKeyType(String keyType) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.scheme.keyType().equals(keyType))
                .collect(collectingAndThen(toCollection(LinkedHashSet::new), Collections::unmodifiableSet));
    }

    /** {@return the scheme} */
    public SignatureScheme scheme() {
        return scheme;
    }

    /** {@return the digest algorithm} */
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    /** {@return the name in messages and logs} */
    public String name() {
        return name;
    }

    /**
     * Verifies a signature.
     *
     * @param key the public key
     * @param message what was signed
     * @param signature the bytes of the signature, as {@link Signer#sign} returns them
     * @return whether the signature is valid
     */
    public boolean verify(PublicKey key, byte[] message, byte[] signature) {
        return ToBeSigned.message(this, message).verify(key, signature, scheme.verifier());
    }

    /** Compares the names: the default algorithm of a key comes first. */
    @Override
    public int compareTo(SignatureAlgorithm other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
