package io.github.hsmsigner.core.keystore;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.KeyPairs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.jcajce.provider.util.DigestFactory;

/**
 * A key of a PKCS#12 file (RFC 7292), held in the memory of this process, and its certificates.
 *
 * <p>Made for development, tests and demonstrations: the key is only as safe as the process. Immutable and thread-safe.
 */
public final class KeyStoreSigner implements Signer, CertificateProvider {

    private static final int MAX_BYTES = 4 * 1024 * 1024;

    /** How the Java runtime and BouncyCastle sign. */
    private static final Map<SignatureScheme, Primitive> PRIMITIVES = Map.of(
            SignatureScheme.RSA_PKCS1,
            KeyStoreSigner::pkcs1,
            SignatureScheme.RSA_PSS,
            KeyStoreSigner::pss,
            SignatureScheme.ECDSA,
            (key, digestAlgorithm, digest) -> jca("NONEwithECDSA", key, digest),
            SignatureScheme.ED25519,
            (key, digestAlgorithm, message) -> jca("Ed25519", key, message));

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final String origin;
    private final List<X509Certificate> certificates;
    private final Set<SignatureAlgorithm> algorithms;

    /** Signs a digest, or a message if the scheme signs whole messages. */
    private interface Primitive {
        byte[] sign(PrivateKey key, DigestAlgorithm digestAlgorithm, byte[] input)
                throws GeneralSecurityException, CryptoException, IOException;
    }

    private KeyStoreSigner(
            KeyPair key, Set<SignatureAlgorithm> algorithms, List<X509Certificate> certificates, String origin) {
        this.privateKey = key.getPrivate();
        this.publicKey = key.getPublic();
        this.algorithms = Collections.unmodifiableSet(algorithms);
        this.certificates = certificates;
        this.origin = origin;
    }

    /**
     * Reads the only private key of a PKCS#12 file.
     *
     * @param file the file
     * @param password the password of the file and of the key; not kept, and for the caller to wipe
     * @return the key
     * @throws InvalidConfigurationException if the file cannot be read, the password is wrong, the file does not have
     *     exactly one private key, or the type of the key is not supported. The message names the fault
     */
    public static KeyStoreSigner open(Path file, char[] password) {
        return read("key store " + file, octets(file), password, Pkcs12File.MAX_ITERATIONS);
    }

    /**
     * Creates a signer with a key in memory, for example of a {@link java.security.KeyStore} of the JDK, or for a test.
     *
     * @param key the key pair
     * @param certificates the certificates to find chains among; may be empty if {@link #certificateChain} is not used
     * @return the signer
     * @throws InvalidConfigurationException if the type of the key is not supported
     */
    public static KeyStoreSigner of(KeyPair key, List<X509Certificate> certificates) {
        Set<SignatureAlgorithm> algorithms =
                SignatureAlgorithm.forKeyType(key.getPublic().getAlgorithm());
        if (algorithms.isEmpty()) {
            throw new InvalidConfigurationException(
                    "Keys of type " + key.getPublic().getAlgorithm() + " are not supported.");
        }
        return new KeyStoreSigner(key, algorithms, List.copyOf(certificates), "memory");
    }

    /** Reads the only private key of a file that is in memory. */
    static KeyStoreSigner read(String origin, byte[] bytes, char[] password, long maxIterations) {
        Pkcs12File content = Pkcs12File.read(origin, bytes, password, maxIterations);
        if (content.keys().size() != 1) {
            throw new InvalidConfigurationException("One private key is expected in the " + origin + ", found "
                    + content.keys().size() + ": " + content.keyNames() + ".");
        }
        PrivateKeyInfo key = content.keys().get(0);
        try {
            KeyPair keyPair = KeyPairs.of(key);
            Set<SignatureAlgorithm> algorithms =
                    SignatureAlgorithm.forKeyType(keyPair.getPublic().getAlgorithm()).stream()
                            .filter(a -> a.scheme() == SignatureScheme.RSA_PSS || !KeyPairs.isForPssAlone(key))
                            .collect(Collectors.toCollection(TreeSet::new));
            return new KeyStoreSigner(keyPair, algorithms, content.certificates(), "the " + origin);
        } catch (GeneralSecurityException e) {
            throw new InvalidConfigurationException(
                    "The key of the " + origin + " cannot be used: " + e.getMessage() + ".", e);
        }
    }

    private static byte[] octets(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new InvalidConfigurationException("The key store " + file + " is larger than " + MAX_BYTES
                        + " bytes; a PKCS#12 file with one key is expected.");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new InvalidConfigurationException("The key store " + file + " does not exist.", e);
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The key store " + file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return algorithms;
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        requireSupported(algorithm, digest);
        return sign(algorithm, digest.bytes());
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        requireSupported(algorithm);
        return algorithm.scheme().signsWholeMessage()
                ? sign(algorithm, message)
                : Signer.super.signMessage(algorithm, message, deadline);
    }

    private byte[] sign(SignatureAlgorithm algorithm, byte[] input) {
        try {
            return PRIMITIVES.get(algorithm.scheme()).sign(privateKey, algorithm.digestAlgorithm(), input);
        } catch (GeneralSecurityException | CryptoException | IOException e) {
            throw new InternalSigningException("The Java runtime could not sign with the key in memory.", e);
        }
    }

    /** With a private key, the transformation is the block type 1 padding and RSASP1 of RFC 8017, section 8.2.1. */
    private static byte[] pkcs1(PrivateKey key, DigestAlgorithm digestAlgorithm, byte[] digest)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return cipher.doFinal(Digest.of(digestAlgorithm, digest).toDigestInfo());
    }

    /** Signs as in RFC 8017, section 8.1.1, from a digest. The JCA's own PSS requires the whole message. */
    private static byte[] pss(PrivateKey key, DigestAlgorithm digestAlgorithm, byte[] digest)
            throws CryptoException, IOException {
        org.bouncycastle.crypto.Digest hash = DigestFactory.getDigest(digestAlgorithm.jcaName());
        PSSSigner signer = PSSSigner.createRawSigner(
                new RSABlindedEngine(), hash, hash, digestAlgorithm.length(), PSSSigner.TRAILER_IMPLICIT);
        signer.init(true, PrivateKeyFactory.createKey(key.getEncoded()));
        signer.update(digest, 0, digest.length);
        return signer.generateSignature();
    }

    private static byte[] jca(String algorithm, PrivateKey key, byte[] input) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(input);
        return signature.sign();
    }

    @Override
    public CertificateChain certificateChain(PublicKey key) {
        return certificates(List.of()).certificateChain(key);
    }

    /**
     * Returns the certificates of the file, to find chains among.
     *
     * @param furtherIssuers certificates from elsewhere to complete chains from
     * @return the certificates by key
     */
    public CertificateProvider certificates(List<X509Certificate> furtherIssuers) {
        return FixedCertificateProvider.of(origin, certificates, furtherIssuers);
    }

    @Override
    public String toString() {
        return "KeyStoreSigner[" + publicKey.getAlgorithm() + "]";
    }
}
