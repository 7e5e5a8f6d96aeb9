package io.github.hsmsigner.core.internal.key;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.pem.MalformedPemException;
import io.github.hsmsigner.core.internal.pem.PemBlock;
import io.github.hsmsigner.core.internal.pem.PemText;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * Reads a private key from PEM: PKCS#8, PKCS#1 or SEC 1, encrypted or not. Certificates, parameters and blocks with
 * unknown labels in the same file are skipped. Stateless and thread-safe.
 */
public final class PrivateKeyFile {

    private static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_LISTED_LENGTH = 400;
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final Set<String> LABELS =
            Set.of(PRIVATE_KEY, "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY");

    private final Path file;
    private final Optional<Supplier<char[]>> password;

    private PrivateKeyFile(Path file, Optional<Supplier<char[]>> password) {
        this.file = file;
        this.password = password;
    }

    /**
     * Reads the key.
     *
     * @param file the file
     * @param password returns the password, which is wiped; called only if the key is encrypted
     * @return the key
     * @throws InvalidConfigurationException if the file does not hold just one private key, or it cannot be decrypted
     */
    public static KeyPair read(Path file, Optional<Supplier<char[]>> password) {
        return new PrivateKeyFile(file, password).read();
    }

    private KeyPair read() {
        byte[] document = document();
        try {
            return KeyPairs.of(privateKey(onlyKey(PemText.blocks(document))));
        } catch (MalformedPemException e) {
            throw invalid(" is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw invalid(" is damaged", e);
        } catch (GeneralSecurityException e) {
            throw invalid(" cannot be used: " + e.getMessage(), e);
        } finally {
            Arrays.fill(document, (byte) 0);
        }
    }

    private InvalidConfigurationException invalid(String problem, Throwable cause) {
        return new InvalidConfigurationException("The private key file " + file + problem + ".", cause);
    }

    /** A second private key could be the one that is meant, so several are an error. */
    private PemBlock onlyKey(List<PemBlock> blocks) {
        List<PemBlock> keys = blocks.stream()
                .filter(block -> block.label().endsWith(PRIVATE_KEY))
                .toList();
        if (keys.isEmpty()) {
            String found = blocks.isEmpty() ? "" : "; it holds: " + named(blocks);
            throw invalid(" holds no private key in PEM (PKCS#8, PKCS#1 or SEC 1)" + found, null);
        }
        if (keys.size() > 1) {
            throw invalid(" holds several private keys: " + named(keys), null);
        }
        if (!LABELS.contains(keys.get(0).label())) {
            throw invalid(
                    " holds a private key in a form that is not supported: " + named(keys)
                            + ". PKCS#8, PKCS#1 or SEC 1 is expected",
                    null);
        }
        return keys.get(0);
    }

    /** Names the blocks by their labels, which {@link PemText} accepts only if they are printable. */
    private static String named(List<PemBlock> blocks) {
        String all = blocks.stream().map(PemBlock::toString).collect(Collectors.joining(", "));
        return all.length() <= MAX_LISTED_LENGTH ? all : all.substring(0, MAX_LISTED_LENGTH) + "...";
    }

    private byte[] document() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] document = in.readNBytes(MAX_BYTES + 1);
            if (document.length <= MAX_BYTES) {
                return document;
            }
        } catch (NoSuchFileException e) {
            throw invalid(" does not exist", e);
        } catch (IOException e) {
            throw invalid(" cannot be read", e);
        }
        throw invalid(" is larger than " + MAX_BYTES + " bytes", null);
    }

    private PrivateKeyInfo privateKey(PemBlock block) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
            Object object = parser.readObject();
            if (object instanceof PrivateKeyInfo key) {
                return key;
            }
            return object instanceof PEMKeyPair pair ? pair.getPrivateKeyInfo() : decrypt(object);
        } catch (IllegalArgumentException e) {
            throw new IOException("Damaged content", e);
        }
    }

    private PrivateKeyInfo decrypt(Object object) {
        char[] characters = password.orElseThrow(() -> invalid(" is encrypted, and no password is set for it", null))
                .get();
        // The JDK lacks some algorithms of OpenSSL. This provider is not registered; only this method uses it.
        Provider provider = new BouncyCastleProvider();
        try {
            if (object instanceof PEMEncryptedKeyPair pair) {
                return pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(provider)
                                .build(characters))
                        .getPrivateKeyInfo();
            }
            return ((PKCS8EncryptedPrivateKeyInfo) object)
                    .decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(provider)
                            .build(characters));
        } catch (IOException | PKCSException | OperatorCreationException e) {
            throw invalid(
                    " cannot be decrypted: the password is wrong, or the file is damaged or encrypted in a way that is not"
                            + " supported",
                    e);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }
}
