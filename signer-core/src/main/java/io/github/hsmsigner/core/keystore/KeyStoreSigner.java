package io.github.hsmsigner.core.keystore;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.jcajce.provider.util.DigestFactory;

/**
 * A key of a PKCS#12 file (RFC 7292), held in the memory of this process, and its certificates.
 *
 * <p>Made for development, tests and demonstrations: the key is only as safe as the process. Immutable, and safe for use by any
 * number of threads at once.
 */
public final class KeyStoreSigner implements Signer, CertificateProvider {

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final CertificateProvider certificates;
    private final Set<SignatureAlgorithm> algorithms;

    private KeyStoreSigner(PrivateKey privateKey, List<X509Certificate> chain, String origin) {
        this.privateKey = privateKey;
        this.publicKey = chain.get(0).getPublicKey();
        this.certificates = FixedCertificateProvider.of(origin, chain, List.of());
        this.algorithms = SignatureAlgorithm.forKeyType(publicKey.getAlgorithm());
    }

    /**
     * Reads the only private key of a PKCS#12 file.
     *
     * @param file the file
     * @param password the password of the file and of the key; not kept, and for the caller to wipe
     * @return the key
     * @throws InvalidConfigurationException if the file cannot be read, the password is wrong, there is no private key or more
     *     than one, or the key is of a type that is not supported
     */
    public static KeyStoreSigner open(Path file, char[] password) {
        String origin = "the key store " + file;
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore keyStore = KeyStore.getInstance("PKCS12");
            keyStore.load(in, password);
            String alias = onlyKeyAlias(keyStore, origin);
            if (keyStore.getCertificateChain(alias) == null) {
                throw new InvalidConfigurationException(
                        "The key of " + origin + " comes without its certificate; put the certificate in too.");
            }
            PrivateKeyEntry entry = (PrivateKeyEntry) keyStore.getEntry(alias, new PasswordProtection(password));
            KeyStoreSigner signer =
                    new KeyStoreSigner(entry.getPrivateKey(), x509(entry.getCertificateChain()), origin);
            if (signer.algorithms.isEmpty()) {
                throw new InvalidConfigurationException(
                        "The key of " + origin + " is of type " + signer.publicKey.getAlgorithm()
                                + ", which is not supported; an RSA, EC or Ed25519 key is expected.");
            }
            return signer;
        } catch (NoSuchFileException e) {
            throw new InvalidConfigurationException("The key store " + file + " does not exist.", e);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new InvalidConfigurationException(
                        "The password of " + origin + " is wrong, or the file was changed.", e);
            }
            throw new InvalidConfigurationException("The file " + file + " cannot be read as PKCS#12.", e);
        } catch (GeneralSecurityException e) {
            throw new InvalidConfigurationException("The key of " + origin + " cannot be read.", e);
        }
    }

    private static String onlyKeyAlias(KeyStore keyStore, String origin) throws GeneralSecurityException {
        List<String> aliases = new ArrayList<>();
        for (String alias : Collections.list(keyStore.aliases())) {
            if (keyStore.isKeyEntry(alias)) {
                aliases.add(alias);
            }
        }
        if (aliases.size() != 1) {
            throw new InvalidConfigurationException(
                    "One private key is expected in " + origin + ", found " + aliases.size() + ": " + aliases + ".");
        }
        return aliases.get(0);
    }

    private static List<X509Certificate> x509(Certificate[] chain) {
        return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
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
        try {
            return switch (algorithm.scheme()) {
                case RSA_PKCS1 -> pkcs1(digest);
                case RSA_PSS -> pss(digest);
                case ECDSA -> jca("NONEwithECDSA", digest.bytes());
                case ED25519 -> throw new IllegalArgumentException("Ed25519 signs messages, not their digests");
            };
        } catch (GeneralSecurityException | CryptoException | IOException e) {
            throw new InternalSigningException("The Java runtime could not sign with the key in memory.", e);
        }
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        requireSupported(algorithm);
        if (!algorithm.scheme().signsWholeMessage()) {
            return Signer.super.signMessage(algorithm, message, deadline);
        }
        try {
            return jca("Ed25519", message);
        } catch (GeneralSecurityException e) {
            throw new InternalSigningException("The Java runtime could not sign with the key in memory.", e);
        }
    }

    /** With a private key, the transformation is the block type 1 padding and RSASP1 of RFC 8017, section 8.2.1. */
    private byte[] pkcs1(Digest digest) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, privateKey);
        return cipher.doFinal(digest.toDigestInfo());
    }

    /** RFC 8017, section 8.1.1, from a digest: the JCA's own PSS wants the whole message. */
    private byte[] pss(Digest digest) throws CryptoException, IOException {
        org.bouncycastle.crypto.Digest hash =
                DigestFactory.getDigest(digest.algorithm().jcaName());
        PSSSigner signer = PSSSigner.createRawSigner(
                new RSABlindedEngine(), hash, hash, digest.algorithm().length(), PSSSigner.TRAILER_IMPLICIT);
        signer.init(true, PrivateKeyFactory.createKey(privateKey.getEncoded()));
        signer.update(digest.bytes(), 0, digest.algorithm().length());
        return signer.generateSignature();
    }

    private byte[] jca(String algorithm, byte[] input) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(input);
        return signature.sign();
    }

    @Override
    public CertificateChain certificateChain(PublicKey key) {
        return certificates.certificateChain(key);
    }

    @Override
    public String toString() {
        return "KeyStoreSigner[" + publicKey.getAlgorithm() + "]";
    }
}
